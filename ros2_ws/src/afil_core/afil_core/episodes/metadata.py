"""What ``episode.yaml`` says about an episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from afil_core.errors import AfilError
from afil_core.strict_yaml import Section, parse_mapping

EPISODE_FILE = "episode.yaml"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class TopicSummary:
    """A topic of an episode: type, number of messages, longest gap between two (s)."""

    type: str
    count: int
    max_gap_s: float


@dataclass(frozen=True)
class EpisodeMetadata:
    """The facts of an episode.

    Attributes:
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
    """

    name: str
    instruction: str
    success: bool | None
    robot: str
    contract_sha256: str
    operator: str
    recorded_at: str
    duration_s: float
    topics: Mapping[str, TopicSummary]
    seed: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def to_yaml(self) -> str:
        """The text of ``episode.yaml``."""
        data: dict[str, Any] = {"format_version": FORMAT_VERSION, **asdict(self)}
        data["topics"] = {k: asdict(v) for k, v in self.topics.items()}
        data["notes"] = dict(self.notes)
        return yaml.safe_dump(data, sort_keys=False)


def read_metadata(episode: Path) -> EpisodeMetadata:
    """Read ``episode.yaml`` of an episode's folder.

    Raises:
        AfilError: When it is missing or breaks the schema.
    """
    path = episode / EPISODE_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AfilError(
            f"{episode} is not an episode: {EPISODE_FILE} cannot be read ({error.strerror})"
        ) from error
    top = parse_mapping(text, str(path))
    version = top.integer("format_version")
    if version != FORMAT_VERSION:
        raise top.error(f"is {version}, but this AFIL reads {FORMAT_VERSION}", "format_version")
    metadata = EpisodeMetadata(
        name=top.text("name"),
        instruction=top.text("instruction"),
        success=_optional(top, "success", top.flag),
        robot=top.text("robot"),
        contract_sha256=top.text("contract_sha256"),
        operator=top.text("operator"),
        recorded_at=top.text("recorded_at"),
        duration_s=top.number("duration_s"),
        topics=_topics(top.section("topics")),
        seed=_optional(top, "seed", top.integer),
        notes=_notes(top.section("notes")),
    )
    top.finish()
    return metadata


def _optional(top: Section, key: str, read: Any) -> Any:
    if top.has(key):
        return read(key)
    top.allow(key)
    return None


def _topics(section: Section) -> dict[str, TopicSummary]:
    topics = {}
    for topic in section.keys():  # noqa: SIM118
        entry = section.section(topic)
        topics[topic] = TopicSummary(
            entry.text("type"), entry.integer("count"), entry.number("max_gap_s")
        )
        entry.finish()
    return topics


def _notes(section: Section) -> dict[str, str]:
    return {key: section.text(key) for key in section.keys()}  # noqa: SIM118
