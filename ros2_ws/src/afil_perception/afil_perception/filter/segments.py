"""When the filter is asked: at each change of the visible set (method of the paper, stage D)."""

from __future__ import annotations

from collections.abc import Sequence

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip
from afil_perception.describe.describer import Description
from afil_perception.filter.object_filter import FilterRequest, ObjectFilter


class SegmentFilter:
    """Asks a filter on the first frame of a segment and keeps its choice until the next.

    A segment ends where the set of ids or of phrases changes; motion alone ends none. Frames
    without objects ask nothing and keep nothing.

    Args:
        backend: Who chooses.
        description: Intent and objects of the episode.
        clip: The frames.
    """

    def __init__(self, backend: ObjectFilter, description: Description, clip: Clip) -> None:
        self._backend = backend
        self._description = description
        self._clip = clip
        self._visible: tuple[frozenset[int], frozenset[str]] = (frozenset(), frozenset())
        self._kept: frozenset[int] = frozenset()
        self.segments = 0

    def update(self, index: int, objects: Sequence[KeyObject]) -> tuple[KeyObject, ...]:
        """The objects of the next frame that matter.

        Args:
            index: The frame's place in the clip.
            objects: All that were found in it.
        """
        visible = (frozenset(o.id for o in objects), frozenset(o.phrase for o in objects))
        if objects and visible != self._visible:
            request = FilterRequest(
                self._clip, index, self._description, tuple(objects), self._kept
            )
            answer = [i for i in self._backend.keep(request) if i in visible[0]]
            self._kept = frozenset(answer[: self._backend.max_objects])
            self.segments += 1
        self._visible = visible
        return tuple(o for o in objects if o.id in self._kept)
