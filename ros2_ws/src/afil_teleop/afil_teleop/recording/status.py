"""What a recorder says of itself once a second, as its own status and as diagnostics."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afil_core import messages
from afil_core.episodes.ledger import Ledger
from afil_teleop.recording.findings import Finding
from afil_teleop.recording.session import Phase
from afil_teleop.recording.topic_watch import TopicWatch

STATUS_TYPE = "afil_interfaces/msg/RecorderStatus"
_PHASES = {
    Phase.IDLE: 0,
    Phase.READY: 1,
    Phase.RECORDING: 2,
    Phase.PAUSED: 3,
    Phase.SAVING: 4,
    Phase.RESETTING: 5,
    Phase.FINISHED: 6,
}

RESETTING = _PHASES[Phase.RESETTING]


@dataclass(frozen=True)
class RecorderStatus:
    """A recorder at one moment.

    Attributes:
        phase: Of the session.
        episode: Name of the open episode; empty when none is.
        last_episode: Name of the one saved or set aside last; empty before the first.
        instruction: Of the open or the next episode.
        task: Its name; may be empty.
        episodes: How many the dataset has.
        set_aside: How many the session set aside.
        dataset: Its folder, which need not be there yet.
        bytes_per_episode: Mean size of the session's; 0 before the first.
        ledger: Of the open or last episode.
        watches: How the topics arrive.
        findings: What is wrong now.
    """

    phase: Phase
    episode: str
    episodes: int
    dataset: Path
    ledger: Ledger
    watches: Mapping[str, TopicWatch]
    findings: tuple[Finding, ...] = ()
    last_episode: str = ""
    instruction: str = ""
    task: str = ""
    set_aside: int = 0
    bytes_per_episode: float = 0.0

    @property
    def phase_number(self) -> int:
        """The phase as in the message."""
        return _PHASES[self.phase]

    @property
    def time_s(self) -> float:
        """Recorded of the open episode, s."""
        return self.ledger.duration_ns / 1e9 if self.episode else 0.0

    @property
    def problems(self) -> list[str]:
        """What is wrong now, one sentence each."""
        return [finding.text for finding in self.findings]

    def encode(self, stamp_ns: int, wall_ns: int) -> bytes:
        """CDR bytes of the status.

        Args:
            stamp_ns: The node's clock.
            wall_ns: Monotonic wall time.
        """
        free = shutil.disk_usage(_existing(self.dataset)).free
        message = messages.new(
            STATUS_TYPE,
            stamp=messages.ns_to_stamp(stamp_ns),
            phase=self.phase_number,
            episode=self.episode,
            last_episode=self.last_episode,
            instruction=self.instruction,
            task=self.task,
            time=self.time_s,
            episodes=self.episodes,
            set_aside=self.set_aside,
            topics=[self._topic(t, watch, stamp_ns, wall_ns) for t, watch in self.watches.items()],
            disk_free_bytes=free,
            episodes_left=int(free / self.bytes_per_episode) if self.bytes_per_episode else -1,
            problems=self.problems,
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

    def _topic(self, topic: str, watch: TopicWatch, now_ns: int, wall_ns: int) -> Any:
        entry = self.ledger[topic]
        return messages.new(
            "afil_interfaces/msg/TopicStatus",
            topic=topic,
            count=entry.count if self.episode else 0,
            rate_hz=watch.rate_at(now_ns, wall_ns),
            age=watch.age_s(wall_ns),
            gaps=entry.gaps,
            max_gap=entry.longest_gap_ns / 1e9,
            dropped=watch.lost + entry.dropped,
            problem="; ".join(f.text for f in self.findings if f.topic == topic),
        )


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
