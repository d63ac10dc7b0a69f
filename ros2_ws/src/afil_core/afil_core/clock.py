"""Clocks that step, stand still, read zero or wrap: found in one place.

Recorder, reader and policy node ask the same :class:`ClockGuard` about every message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Cause = Literal["zero", "no_clock", "step", "frozen"]

# Publishers of one topic may overtake each other a little; a clock that is set goes further.
_REORDER_NS = 100_000_000
# A topic's messages are received in order, by one clock: any way back is a step, but for rounding.
_LOG_REORDER_NS = 1_000_000
_FROZEN_MESSAGES = 10
_FROZEN_NS = 1_000_000_000


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


@dataclass
class _Topic:
    stamp_ns: int
    received_ns: int
    repeats: int = 0
    frozen_since_ns: int = 0


@dataclass
class ClockGuard:
    """Judges the time of every message of a set of topics, in the order of their arrival.

    Attributes:
        faults: How often each fault came: sentence of its first occurrence and count, by topic
            and cause.
    """

    faults: dict[tuple[str, Cause], tuple[str, int]] = field(default_factory=dict)
    _topics: dict[str, _Topic] = field(default_factory=dict)

    def check(self, topic: str, stamp_ns: int, received_ns: int) -> ClockFault | None:
        """Judge one message.

        Args:
            topic: Its topic.
            stamp_ns: Header stamp, or ``received_ns`` for types without a header.
            received_ns: When it arrived, on the receiver's clock.

        Returns:
            What is wrong, or None.
        """
        last = self._topics.get(topic)
        if last is None:
            if stamp_ns > 0 and received_ns > 0:
                self._topics[topic] = _Topic(stamp_ns, received_ns)
                return None
        # One chain of comparisons for the common case: this runs for every message of a bag.
        elif stamp_ns > last.stamp_ns and received_ns >= last.received_ns and last.stamp_ns > 0:
            last.stamp_ns = stamp_ns
            last.received_ns = received_ns
            last.repeats = 0
            return None
        return self._judge(topic, last, stamp_ns, received_ns)

    def forget(self) -> None:
        """Begin anew, e.g. with the next episode; what was counted stays."""
        self._topics.clear()

    def sentences(self) -> list[str]:
        """All faults, one sentence each."""
        return [
            f"{text} ({count} times)" if count > 1 else text
            for text, count in self.faults.values()
        ]

    def _judge(
        self, topic: str, last: _Topic | None, stamp_ns: int, received_ns: int
    ) -> ClockFault | None:
        if received_ns <= 0:
            return self._fault(
                topic,
                "no_clock",
                f"topic {topic} came while the node's clock read 0: simulated time is on and "
                f"nothing publishes /clock; start the simulator, or set use_sim_time:=false",
            )
        if last is not None and received_ns < last.received_ns - _LOG_REORDER_NS:
            back_s = (last.received_ns - received_ns) / 1e9
            # Stamps of the same host step with it: that is one step, not one for each topic.
            self._topics.clear()
            self._topics[topic] = _Topic(stamp_ns, received_ns)
            return self._fault(
                topic,
                "step",
                f"the recording clock was set back by {back_s:.3f} s; let the host keep its "
                f"clock by slewing (chrony), and record again",
            )
        if stamp_ns <= 0:
            return self._fault(
                topic,
                "zero",
                f"topic {topic} has messages with stamp 0; its driver must stamp them",
            )
        if last is None:
            return None
        last.received_ns = received_ns
        if stamp_ns < last.stamp_ns - _REORDER_NS:
            back_s = (last.stamp_ns - stamp_ns) / 1e9
            last.stamp_ns = stamp_ns
            return self._fault(
                topic,
                "step",
                f"the stamps of topic {topic} went back by {back_s:.3f} s: its clock was set, or "
                f"two publishers use the topic",
            )
        if stamp_ns == last.stamp_ns:
            return self._repeated(topic, last, received_ns)
        last.stamp_ns = max(stamp_ns, last.stamp_ns)
        last.repeats = 0
        return None

    def _repeated(self, topic: str, last: _Topic, received_ns: int) -> ClockFault | None:
        if last.repeats == 0:
            last.frozen_since_ns = received_ns
        last.repeats += 1
        still_ns = received_ns - last.frozen_since_ns
        if last.repeats < _FROZEN_MESSAGES or still_ns < _FROZEN_NS:
            return None
        return self._fault(
            topic,
            "frozen",
            f"the stamps of topic {topic} stand still while messages come; restart its driver",
        )

    def _fault(self, topic: str, cause: Cause, text: str) -> ClockFault:
        first, count = self.faults.get((topic, cause), (text, 0))
        self.faults[(topic, cause)] = (first, count + 1)
        return ClockFault(topic, cause, text)
