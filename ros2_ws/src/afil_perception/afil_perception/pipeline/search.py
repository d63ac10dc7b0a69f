"""Looking for what a filter misses: further phrases through the rest of a clip."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from afil_core.saliency import KeyObject, box_iou
from afil_perception.pipeline.frames import LostFrame, SeenFrame

Items = Iterator[SeenFrame | LostFrame]

# Overlap at which what was found is one of those that are there already, under another phrase.
_SAME_IOU = 0.7
# Identities of each search begin here; no clip has as many objects.
_IDS_A_SEARCH = 1_000_000


class Search:
    """Adds what was found for further phrases to the frames of a clip.

    What is found where another object is already is that object, and stays out for good.

    Args:
        track: Looks for phrases through the whole clip: items as those that they are added to,
            with identities of their own.
        known: Phrases that are looked for already.
    """

    def __init__(self, track: Callable[[tuple[str, ...]], Items], known: Sequence[str]) -> None:
        self._track = track
        self._known = set(known)
        self._running: list[Iterator[SeenFrame]] = []
        self._ahead: list[SeenFrame | None] = []
        self._is_new: dict[int, bool] = {}

    def merged(self, frame: SeenFrame) -> SeenFrame:
        """A frame with what the searches have found in it."""
        found: list[KeyObject] = []
        for number in range(len(self._running)):
            found += self._at(number, frame.index, (*frame.objects, *found))
        return dataclasses.replace(frame, objects=(*frame.objects, *found)) if found else frame

    def look(self, phrases: Sequence[str], frame: SeenFrame) -> list[KeyObject]:
        """Begin a search.

        Args:
            phrases: What is missing; what is looked for already is not looked for again.
            frame: The frame in which it is missing.

        Returns:
            What is found in this frame.
        """
        fresh = tuple(p for p in phrases if p not in self._known)
        if not fresh:
            return []
        self._known.update(fresh)
        items = self._track(fresh)
        self._running.append(item for item in items if isinstance(item, SeenFrame))
        self._ahead.append(None)
        return self._at(len(self._running) - 1, frame.index, frame.objects)

    def _at(self, number: int, index: int, there: Sequence[KeyObject]) -> list[KeyObject]:
        item = self._ahead[number]
        while item is None or item.index < index:
            item = next(self._running[number], None)
            if item is None:
                return []
        self._ahead[number] = item
        if item.index > index:
            return []
        offset = (number + 1) * _IDS_A_SEARCH
        found = []
        for item_object in item.objects:
            moved = dataclasses.replace(item_object, id=offset + item_object.id)
            if moved.id not in self._is_new:
                overlap = box_iou([moved.box], [o.box for o in there])
                self._is_new[moved.id] = not bool((overlap >= _SAME_IOU).any())
            if self._is_new[moved.id]:
                found.append(moved)
        return found
