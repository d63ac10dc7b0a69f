"""What looks wrong with tracked instances, whoever tracked them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from afil_core.saliency import Box, KeyObject, box_iou

Kind = Literal["lost", "area_jump", "identity_switch"]

_BORDER_PX = 2.0
_JUMP = 2.0
_SAME_PLACE_IOU = 0.3
_REMEMBERED = 30


@dataclass(frozen=True)
class TrackEvent:
    """Something about an instance that a person may want to look at.

    Attributes:
        kind: ``lost``: it was there in the frame before, not at the border, and is no more;
            ``area_jump``: it is more than twice as large, or less than half as large, as in the
            frame before; ``identity_switch``: it is new, where an instance of the same phrase was
            lost.
        id: Of the instance.
        phrase: Its phrase.
    """

    kind: Kind
    id: int
    phrase: str


class TrackInspector:
    """Looks at tracked instances frame by frame."""

    def __init__(self) -> None:
        self._before: dict[int, KeyObject] = {}
        self._known: set[int] = set()
        self._lost: dict[int, tuple[int, KeyObject]] = {}  # frame when last seen
        self._frame = -1

    def update(
        self, objects: Sequence[KeyObject], size: tuple[int, int]
    ) -> tuple[TrackEvent, ...]:
        """What looks wrong in the next frame.

        Args:
            objects: Its instances.
            size: Height and width of the image in pixels.
        """
        self._frame += 1
        now = {o.id: o for o in objects}
        events = [
            TrackEvent("area_jump", i, o.phrase)
            for i, o in now.items()
            if i in self._before and _jumped(_area(self._before[i]), _area(o))
        ]
        for i, gone in self._before.items():
            if i not in now and not _at_border(gone.box, size):
                events.append(TrackEvent("lost", i, gone.phrase))
                self._lost[i] = (self._frame - 1, gone)
        for i, new in now.items():
            self._lost.pop(i, None)
            if i not in self._known and self._replaces_lost(new):
                events.append(TrackEvent("identity_switch", i, new.phrase))
        self._known.update(now)
        self._before = now
        oldest = self._frame - _REMEMBERED
        self._lost = {i: (f, o) for i, (f, o) in self._lost.items() if f >= oldest}
        return tuple(events)

    def _replaces_lost(self, new: KeyObject) -> bool:
        there = [o.box for _, o in self._lost.values() if o.phrase == new.phrase]
        return bool(there) and bool((box_iou([new.box], there) >= _SAME_PLACE_IOU).any())


def _area(item: KeyObject) -> float:
    if item.mask is not None:
        return float(item.mask.area)
    x0, y0, x1, y1 = item.box
    return max(x1 - x0, 0.0) * max(y1 - y0, 0.0)


def _jumped(before: float, now: float) -> bool:
    return max(before, now) > _JUMP * max(min(before, now), 1.0)


def _at_border(box: Box, size: tuple[int, int]) -> bool:
    height, width = size
    return (
        min(box[0], box[1]) <= _BORDER_PX
        or box[2] >= width - _BORDER_PX
        or box[3] >= height - _BORDER_PX
    )
