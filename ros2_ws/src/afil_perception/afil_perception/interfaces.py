"""The four stages as protocols; every backend is a class that has one of these shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from afil_perception.objects import Description, Detection, KeyObject, ObjectQuery, Rgb


class Describer(Protocol):
    """Stage 1: what the episode is about."""

    def describe(self, instruction: str, frames: Sequence[Rgb]) -> Description:
        """Name the key objects and the intent.

        Args:
            instruction: Task instruction of the episode.
            frames: Some frames spread over the episode; backends without a model ignore them.

        Raises:
            AfilError: When nothing to look for can be named.
        """
        ...


class Detector(Protocol):
    """Stage 2: where in an image the phrases are."""

    def problems(self, queries: Sequence[ObjectQuery]) -> dict[str, str]:
        """Phrases that this detector can't look for, each with a sentence that says why."""
        ...

    def detect(self, rgb: Rgb, queries: Sequence[ObjectQuery]) -> list[Detection]:
        """Boxes for the phrases in one image; phrases with a problem find nothing."""
        ...


class Tracker(Protocol):
    """Stage 3: which box is the same object as before. One instance per image stream."""

    def update(self, rgb: Rgb, detections: Sequence[Detection]) -> list[KeyObject]:
        """Give the detections of the next frame their identities."""
        ...


@dataclass(frozen=True)
class FilterRequest:
    """The question of stage 4, asked when the visible set changes.

    Attributes:
        rgb: The first frame of the segment.
        description: Intent and objects of the episode.
        candidates: The tracked objects in that frame.
        kept_before: Track ids that the segment before kept.
    """

    rgb: Rgb
    description: Description
    candidates: tuple[KeyObject, ...]
    kept_before: frozenset[int]


class ObjectFilter(Protocol):
    """Stage 4: which of the objects matter now."""

    def keep(self, request: FilterRequest) -> list[int]:
        """Track ids to keep for the segment, the most important first."""
        ...
