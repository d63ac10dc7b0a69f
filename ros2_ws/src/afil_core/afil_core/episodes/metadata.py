"""What ``episode.yaml`` says about an episode."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from afil_core import schema
from afil_core.schema import Schema

EPISODE_FILE = "episode.yaml"
FORMAT_VERSION: Literal[1] = 1


class TopicSummary(Schema):
    """A topic of an episode.

    Attributes:
        type: Message type.
        count: Number of messages.
        max_gap_s: Longest silence, s: between two messages, before the first, after the last.
    """

    type: str
    count: int = Field(ge=0)
    max_gap_s: float


class EpisodeMetadata(Schema):
    """The facts of an episode.

    Attributes:
        format_version: Version of this form.
        name: Name of its folder.
        instruction: The task in words.
        success: Whether the task was solved; None when nobody said.
        robot: Robot of the contract.
        contract_sha256: Identity of the contract.
        operator: Who demonstrated, e.g. ``expert`` or a person.
        recorded_at: Wall-clock time at which it was saved (ISO 8601).
        duration_s: Time from the first to the last message.
        topics: Summary of every topic.
        seed: Seed of the simulated scene; None on a real robot.
        notes: Further texts, e.g. which variant of a task was recorded.
        clock_steps: How often a clock was set while it was recorded.
        problems: What was wrong while it was recorded, one sentence each.
        set_aside: Why it was not taken for a demonstration, one sentence each; they stay when
            it is kept after all.
        dropped: Messages that came and were not written, by topic.
    """

    format_version: Literal[1] = FORMAT_VERSION
    name: str
    instruction: str = Field(min_length=1)
    success: bool | None = None
    robot: str
    contract_sha256: str
    operator: str
    recorded_at: str
    duration_s: float
    topics: dict[str, TopicSummary]
    seed: int | None = None
    notes: dict[str, str] = {}
    clock_steps: int = 0
    problems: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    dropped: dict[str, int] = {}

    def to_yaml(self) -> str:
        """The text of ``episode.yaml``."""
        return schema.to_yaml(self)


def read_metadata(episode: Path) -> EpisodeMetadata:
    """Read ``episode.yaml`` of an episode's folder.

    Raises:
        AfilError: When it is missing or breaks the schema.
    """
    return schema.load(
        EpisodeMetadata,
        episode / EPISODE_FILE,
        what="the episode's",
        remedy=f"{episode} is no episode without it",
    )
