"""What can be wrong with a robot's topics, and what of it an episode must not hide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Cause = Literal[
    "absent", "type", "second", "qos", "silent",
    "contract", "offset", "picture", "limits",
    "zero", "no_clock", "frozen", "step",
    "rate", "low", "still", "stalled", "jump", "late", "lost", "dropped", "disk",
]  # fmt: skip

# The writer of an episode finds these by itself, with the same function as its readers.
CLOCK_CAUSES: frozenset[Cause] = frozenset({"zero", "no_clock", "frozen", "step"})
# What is over when it is over: the ticks without a sample are left out by whoever reads.
PASSING_CAUSES: frozenset[Cause] = frozenset(
    {"absent", "silent", "step", "rate", "low", "still", "stalled", "jump", "late", "lost"}
)
# Said in time, and nothing is wrong with what was recorded.
_WARNINGS: frozenset[Cause] = frozenset({"disk"})
# They are over at once: that they are said for a while must not count as still being there.
_MOMENTS: frozenset[Cause] = frozenset({"step", "jump", "late", "lost"})


@dataclass(frozen=True)
class Finding:
    """Something that is wrong now.

    Attributes:
        topic: Where.
        cause: What kind of fault it is.
        text: Topic, cause and remedy in one sentence.
    """

    topic: str
    cause: Cause
    text: str

    @property
    def key(self) -> tuple[str, Cause]:
        """What makes two findings one that lasts."""
        return self.topic, self.cause


@dataclass
class Alarms:
    """The findings of one episode: which begin, which end, and what is left of them.

    Attributes:
        open: Those that last, by topic and cause.
        seen: The newest text of all.
    """

    open: dict[tuple[str, Cause], Finding] = field(default_factory=dict)
    seen: dict[tuple[str, Cause], Finding] = field(default_factory=dict)

    def clear(self) -> None:
        """Begin a new episode."""
        self.open.clear()
        self.seen.clear()

    def update(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """Take what is wrong now.

        Returns:
            What was not wrong before, and what is no longer wrong.
        """
        now = {finding.key: finding for finding in findings}
        begun = [finding for key, finding in now.items() if key not in self.open]
        ended = [finding for key, finding in self.open.items() if key not in now]
        self.open = now
        self.seen |= now
        return begun, ended

    @property
    def problems(self) -> list[str]:
        """What the episode's metadata must tell, one sentence each."""
        return [f.text for f in self.seen.values() if f.cause not in CLOCK_CAUSES | _WARNINGS]

    @property
    def grave(self) -> list[str]:
        """Why the episode must not pass for a success, one sentence each.

        What was wrong all the time trains a wrong policy, or none. What was wrong for a moment
        costs the ticks of that moment, unless it still is.
        """
        return [
            finding.text
            for key, finding in self.seen.items()
            if finding.cause not in PASSING_CAUSES | _WARNINGS
            or (key in self.open and finding.cause not in _MOMENTS | _WARNINGS)
        ]
