"""Clocks that step, stand still, read zero or wrap: found in one place.

Recorder, reader and policy node ask the same :class:`ClockGuard` about every message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal["zero", "no_clock", "step", "frozen"]

# Publishers of one topic may overtake each other a little; a clock that is set goes further.
_REORDER_NS = 100_000_000
# A topic's messages are received in order, by one clock: any way back is a step, but for rounding.
_LOG_REORDER_NS = 1_000_000
_FROZEN_MESSAGES = 4
_FROZEN_NS = 400_000_000


@dataclass(frozen=True)
class ClockFault:
    """What is wrong with a message's time.

    Attributes:
        topic: The topic.
        cause: ``zero`` (a stamp of 0), ``no_clock`` (the receiver's clock reads 0: simulated
            time without ``/clock``), ``step`` (a clock was set back), ``frozen`` (the stamp
            stands still while messages come).
        text: A sentence.
    """

    topic: str
    cause: Cause
    text: str

    @property
    def is_step(self) -> bool:
        """Whether what came before must not be mixed with what comes after."""
        return self.cause == "step"

    @property
    def message_is_lost(self) -> bool:
        """Whether the message can't be placed in time."""
        return self.cause in ("zero", "no_clock", "frozen")


class TopicClock:
    """The times of one topic's messages, in the order of their arrival.

    Attributes:
        stamp_ns: Stamp of the last message; 0 before the first.
        received_ns: When it arrived.
    """

    __slots__ = ("_frozen_since_ns", "_guard", "_repeats", "received_ns", "stamp_ns", "topic")

    def __init__(self, guard: ClockGuard, topic: str) -> None:
        self._guard = guard
        self.topic = topic
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.stamp_ns = self.received_ns = self._repeats = self._frozen_since_ns = 0

    def check(self, stamp_ns: int, received_ns: int) -> ClockFault | None:
        """Judge one message; see :meth:`ClockGuard.check`."""
        # One chain of comparisons for the common case: this runs for every message of a bag.
        if stamp_ns > self.stamp_ns and received_ns >= self.received_ns > 0:
            self.stamp_ns = stamp_ns
            self.received_ns = received_ns
            self._repeats = 0
            return None
        return self._judge(stamp_ns, received_ns)

    def _judge(self, stamp_ns: int, received_ns: int) -> ClockFault | None:
        topic = self.topic
        if received_ns <= 0:
            return self._guard.count(
                topic,
                "no_clock",
                f"topic {topic} came while the node's clock read 0: simulated time is on and "
                f"nothing publishes /clock; start the simulator, or set use_sim_time:=false",
            )
        if received_ns < self.received_ns - _LOG_REORDER_NS:
            back_s = (self.received_ns - received_ns) / 1e9
            # Stamps of the same host step with it: that is one step, not one for each topic.
            self._guard.forget()
            self.stamp_ns, self.received_ns = stamp_ns, received_ns
            return self._guard.count(
                topic,
                "step",
                f"the recording clock was set back by {back_s:.3f} s; let the host keep its "
                f"clock by slewing (chrony), load no other simulated world meanwhile, and record "
                f"again",
            )
        if stamp_ns <= 0:
            return self._guard.count(
                topic,
                "zero",
                f"topic {topic} has messages with stamp 0; its driver must stamp them",
            )
        self.received_ns = received_ns
        if stamp_ns < self.stamp_ns - _REORDER_NS:
            back_s = (self.stamp_ns - stamp_ns) / 1e9
            self.stamp_ns = stamp_ns
            return self._guard.count(
                topic,
                "step",
                f"the stamps of topic {topic} went back by {back_s:.3f} s: its clock was set, or "
                f"two publishers use the topic",
            )
        if stamp_ns == self.stamp_ns:
            return self._repeated(received_ns)
        self.stamp_ns = max(stamp_ns, self.stamp_ns)
        self._repeats = 0
        return None

    def _repeated(self, received_ns: int) -> ClockFault | None:
        if self._repeats == 0:
            self._frozen_since_ns = received_ns
        self._repeats += 1
        still_ns = received_ns - self._frozen_since_ns
        if self._repeats < _FROZEN_MESSAGES or still_ns < _FROZEN_NS:
            return None
        return self._guard.count(
            self.topic,
            "frozen",
            f"the stamps of topic {self.topic} stand still while messages come; restart its "
            f"driver",
        )


class ClockGuard:
    """Judges the time of every message of a set of topics.

    Attributes:
        faults: How often each fault came: sentence of its first occurrence and count, by topic
            and cause.
        newest: The fault that came last.
    """

    def __init__(self) -> None:
        self.faults: dict[tuple[str, Cause], tuple[str, int]] = {}
        self.newest: ClockFault | None = None
        self._topics: dict[str, TopicClock] = {}

    def topic(self, topic: str) -> TopicClock:
        """The clock of one topic, for who judges many of its messages."""
        clock = self._topics.get(topic)
        if clock is None:
            clock = self._topics[topic] = TopicClock(self, topic)
        return clock

    def check(self, topic: str, stamp_ns: int, received_ns: int) -> ClockFault | None:
        """Judge one message.

        Args:
            topic: Its topic.
            stamp_ns: Header stamp, or ``received_ns`` for types without a header.
            received_ns: When it arrived, on the receiver's clock.

        Returns:
            What is wrong, or None.
        """
        return self.topic(topic).check(stamp_ns, received_ns)

    def count(self, topic: str, cause: Cause, text: str) -> ClockFault:
        """Count a fault and make it."""
        first, count = self.faults.get((topic, cause), (text, 0))
        self.faults[(topic, cause)] = (first, count + 1)
        self.newest = ClockFault(topic, cause, text)
        return self.newest

    def forget(self) -> None:
        """Begin anew, e.g. with the next episode; what was counted stays."""
        for clock in self._topics.values():
            clock.forget()

    def sentences(self) -> list[str]:
        """All faults, one sentence each."""
        return [
            f"{text} ({count} times)" if count > 1 else text
            for text, count in self.faults.values()
        ]
