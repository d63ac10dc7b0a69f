"""From streams that arrive when they like to observations at the control rate.

A tick is a frame of the contract's anchor stream, thinned to the control rate. The live policy
node and the offline reader push the same messages in the same order into the same class, so
they get the same samples and leave out the same ticks. Messages are decoded when a tick picks
them, and only then: most of a fast stream never is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from numpy.typing import NDArray

from afil_core.clock import ClockGuard
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.messages import peek_stamp
from afil_core.timeline.buffer import StreamBuffer


@dataclass(frozen=True)
class Problem:
    """Why a tick has no observations.

    Attributes:
        cause: Short and without numbers, so that ticks can be counted by it.
        text: A sentence.
    """

    cause: str
    text: str


@dataclass(frozen=True)
class Tick:
    """One step of the timeline.

    Attributes:
        stamp_ns: Stamp of the anchor frame.
        observations: Value of every stream; None when one of them is missing, stale or broken.
        problems: Why there are no observations; empty when there are.
        ages_ns: Age of each stream's sample at the tick, for the streams that have one.
    """

    stamp_ns: int
    observations: dict[str, NDArray[Any]] | None
    problems: tuple[Problem, ...] = ()
    ages_ns: dict[str, int] = field(default_factory=dict)

    @property
    def problem(self) -> str | None:
        """Why there are no observations, as a sentence; None when there are."""
        return "; ".join(p.text for p in self.problems) or None


class _Pending(NamedTuple):
    stamp_ns: int
    order: int
    cdr: bytes
    received_ns: int


class Timeline:
    """Aligns the streams of a contract.

    Args:
        contract: The robot's contract.
        streams: Names of the streams that are wanted; the others are ignored. All by default;
            the anchor is always among them.
        wait_s: How long a tick waits, after its frame arrived, for streams that have not yet
            reached its stamp. In time, only the order of messages matters.
        guard: Judges the stamps; one of its own by default.

    Attributes:
        streams: The streams that are wanted.
        pending: Ticks that wait for :meth:`poll`; empty when there is nothing to ask for.
    """

    def __init__(
        self,
        contract: Contract,
        streams: Collection[str] | None = None,
        *,
        wait_s: float = 0.05,
        guard: ClockGuard | None = None,
    ) -> None:
        self._anchor = contract.stream(contract.anchor)
        wanted = contract.observations if streams is None else map(contract.stream, streams)
        self.streams = tuple({s.name: s for s in (*wanted, self._anchor)}.values())
        # The anchor's value at a tick is the tick's own frame: it needs no buffer.
        self._buffers = {s.name: StreamBuffer(s) for s in self.streams if s is not self._anchor}
        self._waiting = tuple(self._buffers.values())
        self.guard = guard or ClockGuard()
        self._period_ns = contract.period_ns
        self._tolerance_ns = round(0.5e9 / self._anchor.rate_hz)
        self._wait_ns = round(wait_s * 1e9)
        self.pending: deque[_Pending] = deque()
        self._due_ns: int | None = None
        self._anchor_ns = 0
        self._order = 0
        self._sinks = {s.name: self._sink(s) for s in self.streams}

    def push(self, stream: str, cdr: bytes, received_ns: int) -> bool:
        """Add a message as it was received.

        Args:
            stream: Name of the stream; one that is not wanted is ignored.
            cdr: The serialized message.
            received_ns: When it arrived, on the node's clock; the stamp of types without one.

        Returns:
            False where a clock was set: everything before was forgotten.
        """
        take = self._sinks.get(stream)
        return take is None or take(cdr, received_ns)

    def sink(self, stream: str) -> Callable[[bytes, int], bool]:
        """:meth:`push` for one stream, for who pushes many of its messages."""
        return self._sinks[stream]

    def _sink(self, stream: Observation) -> Callable[[bytes, int], bool]:
        check = self.guard.topic(stream.topic).check
        has_header = stream.has_header
        buffer = self._buffers.get(stream.name)
        add = self._add_frame if buffer is None else buffer.push

        def take(cdr: bytes, received_ns: int) -> bool:
            # Too short for a header: it gets the time of its arrival, and costs that tick.
            peeked = peek_stamp(cdr) if has_header else received_ns
            stamp_ns = received_ns if peeked is None else peeked
            fault = check(stamp_ns, received_ns)
            if fault is None:
                self._order += 1
                add(stamp_ns, self._order, cdr, received_ns)
                return True
            if fault.is_step:
                self.reset()
            if not fault.message_is_lost:
                self._order += 1
                add(stamp_ns, self._order, cdr, received_ns)
            return not fault.is_step

        return take

    def _add_frame(self, stamp_ns: int, order: int, cdr: bytes, received_ns: int) -> None:
        if stamp_ns > self._anchor_ns:
            self._anchor_ns = stamp_ns
            if self._is_due(stamp_ns):
                self.pending.append(_Pending(stamp_ns, order, cdr, received_ns))

    def poll(self, now_ns: int) -> list[Tick]:
        """The ticks that are ready.

        Args:
            now_ns: The node's clock, the one that ``received_ns`` is read from.

        Returns:
            Ticks in order of their stamps; each tick is returned once.
        """
        ready: list[Tick] = []
        while self.pending:
            tick = self.pending[0]
            stamp_ns = tick.stamp_ns
            if now_ns - tick.received_ns < self._wait_ns and not all(
                b.settled(stamp_ns) for b in self._waiting
            ):
                break
            ready.append(self._resolve(self.pending.popleft()))
        return ready

    def flush(self) -> list[Tick]:
        """The ticks that still wait, as they are: at the end of a bag nothing more comes."""
        ready = [self._resolve(tick) for tick in self.pending]
        self.pending.clear()
        return ready

    def reset(self) -> None:
        """Forget everything, e.g. between episodes or when a clock was set."""
        for buffer in self._waiting:
            buffer.clear()
        self.pending.clear()
        self._due_ns = None
        self._anchor_ns = 0

    def _is_due(self, stamp_ns: int) -> bool:
        if self._due_ns is None:
            self._due_ns = stamp_ns
        if stamp_ns < self._due_ns - self._tolerance_ns:
            return False
        # Keep to the grid so that rounding to frames does not change the mean rate.
        self._due_ns += self._period_ns
        if self._due_ns <= stamp_ns:
            self._due_ns = stamp_ns + self._period_ns
        return True

    def _resolve(self, tick: _Pending) -> Tick:
        stamp_ns = tick.stamp_ns
        observations: dict[str, NDArray[Any]] = {}
        ages: dict[str, int] = {}
        problems = []
        for stream in self.streams:
            try:
                if stream is self._anchor:
                    late = abs(tick.received_ns - stamp_ns)
                    ages[stream.name] = 0
                    observations[stream.name] = stream.decode(tick.cdr).value
                else:
                    found = self._buffers[stream.name].at(stamp_ns, tick.order)
                    if found is None:
                        problems.append(self._nothing(stream.name, stream.topic))
                        continue
                    late = ages[stream.name] = stamp_ns - found[0]
                    observations[stream.name] = found[1]
            except AfilError as error:
                problems.append(Problem(f"{stream.name} ({stream.topic}) is broken", str(error)))
                continue
            if late > stream.max_age_s * 1e9:
                problems.append(self._late(stream.name, stream.topic, late, stream.max_age_s))
        for buffer in self._waiting:
            buffer.forget_before(stamp_ns)
        return Tick(stamp_ns, None if problems else observations, tuple(problems), ages)

    def _nothing(self, name: str, topic: str) -> Problem:
        said = [text for (t, _), (text, _) in self.guard.faults.items() if t == topic]
        text = f"{name} ({topic}) has no sample" + (f": {said[0]}" if said else "")
        return Problem(f"{name} ({topic}) has no sample", text)

    def _late(self, name: str, topic: str, late_ns: int, longest_s: float) -> Problem:
        cause = f"{name} ({topic}) is too old"
        text = f"{name} ({topic}) is {late_ns / 1e9:.3f} s old, more than {longest_s:g} s"
        if name == self._anchor.name:
            cause = f"{name} ({topic}) has another clock than the receiver"
            text = (
                f"the stamp of {name} ({topic}) is {late_ns / 1e9:.3f} s away from the time of "
                f"its arrival, more than {longest_s:g} s; check the clocks of camera and host"
            )
        return Problem(cause, text)
