"""What a filter is, and what it is asked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip, Rgb
from afil_perception.describe.describer import Description
from afil_perception.pipeline.backend import Backend


@dataclass(frozen=True)
class FilterRequest:
    """The question, asked when the visible set changes.

    Attributes:
        clip: The frames; not all of them have been seen yet.
        index: The first frame of the segment.
        description: Intent and objects of the episode.
        candidates: The tracked objects in that frame.
        kept_before: Ids that the segment before kept.
    """

    clip: Clip
    index: int
    description: Description
    candidates: tuple[KeyObject, ...]
    kept_before: frozenset[int]

    @property
    def rgb(self) -> Rgb:
        """The first frame of the segment, uint8 [H, W, 3]; read when it is asked for."""
        return self.clip.frame(self.index).rgb


class ObjectFilter(Backend):
    """Says which objects matter now; made with its options and a VLM, or None.

    Attributes:
        max_objects: Most objects of a segment that are kept, whatever :meth:`keep` says.
    """

    max_objects: int = 3

    @abstractmethod
    def keep(self, request: FilterRequest) -> Sequence[int]:
        """Ids to keep for the segment, the most important first.

        Raises:
            AfilError: When it can't be said; an answer that failed is never an empty one.
        """
