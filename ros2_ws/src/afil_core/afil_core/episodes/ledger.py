"""What was written of each topic: the one count of messages, times and gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from afil_core.contract import Contract
from afil_core.errors import AfilError

# Between one period (jitter) and two (a lost message).
_GAP_PERIODS = 1.5


@dataclass
class TopicEntry:
    """What was written of one topic.

    Attributes:
        period_ns: Nominal time between two stamps; 0 where there is none.
        count: Number of messages.
        first_ns: Log time of the first; None before.
        last_ns: Log time of the last.
        longest_ns: Longest time between two log times.
        gaps: How often at least one message is missing, by the header stamps: nobody else
            reports what was lost on the way.
        longest_gap_ns: Longest time between two header stamps.
        dropped: Messages that came while too much waited for the disk, and were not written.
    """

    period_ns: float = 0.0
    count: int = 0
    first_ns: int | None = None
    last_ns: int = 0
    longest_ns: int = 0
    gaps: int = 0
    longest_gap_ns: int = 0
    dropped: int = 0
    _stamp_ns: int | None = None
    _is_cut: bool = False

    def cut(self) -> None:
        """What comes next follows a pause: time that passed is no gap."""
        self._stamp_ns = None
        self._is_cut = True

    def add(self, log_time_ns: int, stamp_ns: int | None) -> None:
        """Count a message.

        Args:
            log_time_ns: When it was received.
            stamp_ns: Its header stamp; None where it has none.
        """
        self.count += 1
        if self.first_ns is None:
            self.first_ns = log_time_ns
        elif not self._is_cut:
            self.longest_ns = max(self.longest_ns, log_time_ns - self.last_ns)
        self._is_cut = False
        self.last_ns = log_time_ns
        if stamp_ns is None:
            return
        if self._stamp_ns is not None:
            interval_ns = stamp_ns - self._stamp_ns
            self.longest_gap_ns = max(self.longest_gap_ns, interval_ns)
            self.gaps += interval_ns > _GAP_PERIODS * self.period_ns > 0
        self._stamp_ns = stamp_ns

    def silence_ns(self, start_ns: int, end_ns: int) -> int:
        """Longest silence in a span, before the first and after the last message included."""
        if self.first_ns is None:
            return max(0, end_ns - start_ns)
        return max(self.longest_ns, self.first_ns - start_ns, end_ns - self.last_ns)

    def __str__(self) -> str:
        return f"{self.gaps} gap(s), the longest {self.longest_gap_ns / 1e9:.2f} s"


class Ledger(dict[str, TopicEntry]):
    """Entries by topic: those of a contract from the start, others when they come.

    Args:
        contract: The robot's contract.
    """

    def __init__(self, contract: Contract) -> None:
        super().__init__({topic: TopicEntry() for topic in contract.topics()})
        for stream in contract.observations:
            self[stream.topic].period_ns = 1e9 / stream.rate_hz
        self.start_ns: int | None = None
        self.end_ns = 0
        self._is_cut = False
        self._paused_ns = 0

    def add(self, topic: str, log_time_ns: int, stamp_ns: int | None) -> None:
        """Count a message of a topic."""
        self[topic].add(log_time_ns, stamp_ns)
        if self.start_ns is None:
            self.start_ns = log_time_ns
        elif self._is_cut:
            self._paused_ns += max(0, log_time_ns - self.end_ns)
        self._is_cut = False
        self.end_ns = max(self.end_ns, log_time_ns)

    def cut(self) -> None:
        """What comes next follows a pause."""
        self._is_cut = True
        for entry in self.values():
            entry.cut()

    @property
    def dropped(self) -> dict[str, int]:
        """Messages that were not written, by topic; only topics that lost any."""
        return {topic: entry.dropped for topic, entry in self.items() if entry.dropped}

    @property
    def counts(self) -> dict[str, int]:
        """Number of messages by topic."""
        return {topic: entry.count for topic, entry in self.items()}

    @property
    def duration_ns(self) -> int:
        """From the first to the last message, without the pauses."""
        return self.end_ns - (self.start_ns or 0) - self._paused_ns

    def silence_ns(self, topic: str) -> int:
        """Longest silence of a topic in the whole recording."""
        return self[topic].silence_ns(self.start_ns or 0, self.end_ns)


def require_all_topics(contract: Contract, counts: Mapping[str, int], what: str) -> None:
    """Refuse a recording that lacks one of the contract's topics.

    Args:
        contract: The robot's contract.
        counts: Number of messages by topic.
        what: What the recording is, for the sentence.

    Raises:
        AfilError: Naming the topics without a message.
    """
    silent = [topic for topic in contract.required_topics() if not counts.get(topic)]
    if silent:
        raise AfilError(
            f"{what} has no message on {', '.join(silent)}, which its contract "
            f"'{contract.robot}' requires; check that the driver runs and that its topic is the "
            f"contract's, and record it again"
        )
