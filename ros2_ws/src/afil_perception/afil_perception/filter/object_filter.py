"""What a filter is, what it is asked, and what it answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip, Rgb
from afil_perception.clips.scene import Scene
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
        scene: Whether something is driven or handled.
        doing: What the demonstrator does at this moment, in words; empty where nobody knows.
    """

    clip: Clip
    index: int
    description: Description
    candidates: tuple[KeyObject, ...]
    kept_before: frozenset[int]
    scene: Scene = "manipulation"
    doing: str = ""

    @property
    def rgb(self) -> Rgb:
        """The first frame of the segment, uint8 [H, W, 3]; read when it is asked for."""
        return self.clip.frame(self.index).rgb


@dataclass(frozen=True)
class Choice:
    """The answer.

    Attributes:
        ids: Ids to keep for the segment, the most important first.
        why: By id, why it is kept or not, where that can be said.
        missing: Phrases of what should be among the candidates and is not; it is looked for.
        note: What else there is to say, such as why nothing is kept.
    """

    ids: tuple[int, ...]
    why: Mapping[int, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    note: str = ""


class ObjectFilter(Backend):
    """Says which objects matter now; made with its options and a VLM, or None.

    Attributes:
        max_objects: Most objects of a segment that are kept, whatever :meth:`keep` says.
        min_interval_s: Least time between two questions; until then what was kept stays kept.
            Where nothing of it is left to be seen, the question is asked at once.
        every_s: Time after which it is asked again even if the visible set stays; None for never.
        reuse_s: For how long an answer holds when the same set is visible again.
        max_searches: How often, in a clip, what is missing is looked for.
        asks: Whether it asks a VLM.
    """

    max_objects: int = 3
    min_interval_s: float = 0.0
    every_s: float | None = None
    reuse_s: float = 0.0
    max_searches: int = 0
    asks: bool = False

    @abstractmethod
    def keep(self, request: FilterRequest) -> Choice:
        """What to keep for the segment.

        Raises:
            AfilError: When it can't be said; an answer that failed is never an empty one.
        """
