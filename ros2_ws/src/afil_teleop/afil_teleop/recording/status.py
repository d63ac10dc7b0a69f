"""What a recorder says of itself once a second, as its own status and as diagnostics."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afil_core import messages
from afil_core.episodes.ledger import Ledger
from afil_teleop.recording.session import Phase
from afil_teleop.recording.topic_watch import TopicWatch

STATUS_TYPE = "afil_interfaces/msg/RecorderStatus"
_PHASES = {
    Phase.IDLE: 0,
    Phase.RECORDING: 1,
    Phase.SAVING: 2,
    Phase.DISCARDING: 3,
    Phase.FINISHED: 4,
}


@dataclass(frozen=True)
class RecorderStatus:
    """A recorder at one moment.

    Attributes:
        phase: Of the session.
        episode: Name of the open episode; empty when none is.
        episodes: How many the dataset has.
        dataset: Its folder, which need not be there yet.
        ledger: Of the open or last episode.
        watches: How the topics arrive.
        problems: What is wrong now.
    """

    phase: Phase
    episode: str
    episodes: int
    dataset: Path
    ledger: Ledger
    watches: Mapping[str, TopicWatch]
    problems: tuple[str, ...] = ()

    def encode(self, stamp_ns: int, wall_ns: int) -> bytes:
        """CDR bytes of the status.

        Args:
            stamp_ns: The node's clock.
            wall_ns: Monotonic wall time.
        """
        message = messages.new(
            STATUS_TYPE,
            stamp=messages.ns_to_stamp(stamp_ns),
            phase=_PHASES[self.phase],
            episode=self.episode,
            episodes=self.episodes,
            topics=[self._topic(topic, watch, wall_ns) for topic, watch in self.watches.items()],
            disk_free_bytes=shutil.disk_usage(_existing(self.dataset)).free,
            problems=list(self.problems),
        )
        return messages.serialize(message)

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong and nothing was lost."""
        lost = any(watch.lost for watch in self.watches.values())
        return not (self.problems or lost or any(e.gaps for e in self.ledger.values()))

    @property
    def summary(self) -> str:
        """One line."""
        return "; ".join([self.phase.value, *self.problems])

    @property
    def values(self) -> dict[str, str]:
        """Facts for people, by name."""
        facts = {"episode": self.episode}
        for topic, entry in self.ledger.items():
            facts[topic] = str(entry.count)
            if entry.gaps:
                facts[f"{topic} gaps"] = str(entry)
        lost = {topic: watch.lost for topic, watch in self.watches.items() if watch.lost}
        return facts | {f"{topic} lost": str(count) for topic, count in lost.items()}

    def _topic(self, topic: str, watch: TopicWatch, wall_ns: int) -> Any:
        entry = self.ledger[topic]
        return messages.new(
            "afil_interfaces/msg/TopicStatus",
            topic=topic,
            count=entry.count if self.episode else 0,
            rate_hz=watch.rate_at(wall_ns),
            age=watch.age_s(wall_ns),
            gaps=entry.gaps,
            max_gap=entry.longest_gap_ns / 1e9,
            dropped=watch.lost,
        )


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
