"""What a filter decided, and why: kept for people who review it."""

from __future__ import annotations

from dataclasses import dataclass

from afil_core.saliency import Box


@dataclass(frozen=True)
class Judged:
    """A candidate.

    Attributes:
        id: Its identity.
        phrase: Its phrase.
        score: Its detector's confidence.
        box: Where it was, pixels.
        kept: Whether it was kept.
        why: Why, in words; empty where nobody said.
    """

    id: int
    phrase: str
    score: float
    box: Box
    kept: bool
    why: str


@dataclass(frozen=True)
class Decision:
    """What was decided at the first frame of a segment.

    Attributes:
        doing: What the demonstrator did, in words.
        judged: The candidates.
        missing: Phrases that were suspected to be missing.
        found: Those of them that were then found.
        note: What else was said, such as why nothing matters.
    """

    doing: str
    judged: tuple[Judged, ...]
    missing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    note: str = ""
