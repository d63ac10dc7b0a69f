"""What a recorder says of itself once a second, as its own status and as diagnostics."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afil_core import messages
from afil_teleop.recording.gaps import GapCounter
from afil_teleop.recording.session import Phase

STATUS_TYPE = "afil_interfaces/msg/RecorderStatus"
DIAGNOSTICS_TYPE = "diagnostic_msgs/msg/DiagnosticArray"
_PHASES = {
    Phase.IDLE: 0,
    Phase.RECORDING: 1,
    Phase.SAVING: 2,
    Phase.DISCARDING: 3,
    Phase.FINISHED: 4,
}


class Arrivals:
    """How the messages of each topic arrive, whether an episode is open or not.

    Args:
        topics: Names of the topics.
    """

    def __init__(self, topics: Iterable[str]) -> None:
        self.last_ns: dict[str, int] = {}
        self.lost: dict[str, int] = dict.fromkeys(topics, 0)
        self._since = dict.fromkeys(self.lost, 0)
        self._asked_ns: int | None = None

    def add(self, topic: str, now_ns: int) -> None:
        """Count a message that arrived at a monotonic wall time (ns)."""
        self.last_ns[topic] = now_ns
        self._since[topic] += 1

    def rates(self, now_ns: int) -> dict[str, float]:
        """Mean rates (Hz) since the last call, by topic; 0 in the first call."""
        period_s = math.inf if self._asked_ns is None else (now_ns - self._asked_ns) / 1e9
        found = {topic: count / period_s for topic, count in self._since.items()}
        self._since = dict.fromkeys(self._since, 0)
        self._asked_ns = now_ns
        return found


@dataclass(frozen=True)
class RecorderStatus:
    """A recorder at one moment.

    Attributes:
        node: Name of the node.
        robot: Name of the contract.
        phase: Of the session.
        episode: Name of the open episode; empty when none is.
        episodes: How many the dataset has.
        dataset: Its folder, which need not be there yet.
        counts: Messages of the open episode, by topic.
        gaps: Of the open or last episode, by topic.
    """

    node: str
    robot: str
    phase: Phase
    episode: str
    episodes: int
    dataset: Path
    counts: Mapping[str, int]
    gaps: Mapping[str, GapCounter]

    def encode(self, stamp_ns: int, arrivals: Arrivals, wall_ns: int) -> bytes:
        """CDR bytes of the status.

        Args:
            stamp_ns: The node's clock.
            arrivals: Of all topics.
            wall_ns: Monotonic wall clock, that of ``arrivals``.
        """
        message = messages.new(
            STATUS_TYPE,
            stamp=messages.ns_to_stamp(stamp_ns),
            phase=_PHASES[self.phase],
            episode=self.episode,
            episodes=self.episodes,
            topics=[
                self._topic(topic, rate_hz, arrivals, wall_ns)
                for topic, rate_hz in arrivals.rates(wall_ns).items()
            ],
            disk_free_bytes=shutil.disk_usage(_existing(self.dataset)).free,
        )
        return messages.serialize(message)

    def _topic(self, topic: str, rate_hz: float, arrivals: Arrivals, wall_ns: int) -> Any:
        last_ns, gap = arrivals.last_ns.get(topic), self.gaps.get(topic)
        return messages.new(
            "afil_interfaces/msg/TopicStatus",
            topic=topic,
            count=self.counts.get(topic, 0),
            rate_hz=rate_hz,
            age=-1.0 if last_ns is None else (wall_ns - last_ns) / 1e9,
            gaps=gap.gaps if gap else 0,
            max_gap=gap.longest_s if gap else 0.0,
            dropped=arrivals.lost[topic],
        )

    def diagnostics(self, stamp_ns: int) -> bytes:
        """CDR bytes of a ``diagnostic_msgs/msg/DiagnosticArray``; gaps are a warning."""
        gaps = {topic: gap for topic, gap in self.gaps.items() if gap.gaps}
        values = {"episode": self.episode}
        values |= {topic: str(count) for topic, count in self.counts.items()}
        values |= {f"{topic} gaps": str(gap) for topic, gap in gaps.items()}
        entry = messages.new(
            "diagnostic_msgs/msg/DiagnosticStatus",
            level=1 if gaps else 0,
            name=f"{self.node}: recorder",
            message=self.phase.value,
            hardware_id=self.robot,
            values=[
                messages.new("diagnostic_msgs/msg/KeyValue", key=key, value=value)
                for key, value in values.items()
            ],
        )
        header = messages.header(stamp_ns, "")
        return messages.serialize(messages.new(DIAGNOSTICS_TYPE, header=header, status=[entry]))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
