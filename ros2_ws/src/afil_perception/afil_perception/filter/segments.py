"""When the filter is asked: at each change of the visible set (method of the paper, stage D)."""

from __future__ import annotations

from collections.abc import Sequence

from afil_perception.interfaces import FilterRequest, ObjectFilter
from afil_perception.objects import Description, KeyObject, Rgb


class SegmentFilter:
    """Asks a filter on the first frame of a segment and keeps its choice until the next.

    A segment ends where the set of track ids or of labels changes; motion alone ends none.
    Frames without objects ask nothing and keep nothing.

    Args:
        backend: Who chooses.
        description: Intent and objects of the episode.
        max_objects: Most objects that are kept, whatever the backend answers.
    """

    def __init__(self, backend: ObjectFilter, description: Description, max_objects: int) -> None:
        self._backend = backend
        self._description = description
        self._max_objects = max_objects
        self._visible: tuple[frozenset[int], frozenset[str]] = (frozenset(), frozenset())
        self._kept: frozenset[int] = frozenset()
        self.segments = 0

    def update(self, rgb: Rgb, objects: Sequence[KeyObject]) -> list[KeyObject]:
        """The objects of the next frame that matter, at most ``max_objects``."""
        visible = (frozenset(o.track_id for o in objects), frozenset(o.label for o in objects))
        if objects and visible != self._visible:
            request = FilterRequest(rgb, self._description, tuple(objects), self._kept)
            answer = [i for i in self._backend.keep(request) if i in visible[0]]
            self._kept = frozenset(answer[: self._max_objects])
            self.segments += 1
        self._visible = visible
        return [o for o in objects if o.track_id in self._kept]
