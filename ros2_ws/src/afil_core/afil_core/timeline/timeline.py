"""From streams that arrive when they like to observations at the control rate.

A tick is a frame of the contract's anchor stream, thinned to the control rate. The live policy
node and the offline reader push the same messages in the same order into the same class, so
they get the same samples.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from afil_core.contract.model import Contract
from afil_core.timeline.buffer import Sample, StreamBuffer

# A stamp this far behind the newest means that the clock was set back, not reordering.
_JUMP_NS = 1_000_000_000


@dataclass(frozen=True)
class Tick:
    """One step of the timeline.

    Attributes:
        stamp_ns: Stamp of the anchor frame.
        observations: Value of every stream; None when one of them is missing or stale.
        problem: Why there are no observations, as a sentence; None when there are.
        ages_ns: Age of each stream's sample at the tick, for the streams that have one.
    """

    stamp_ns: int
    observations: dict[str, NDArray[Any]] | None
    problem: str | None
    ages_ns: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Pending:
    stamp_ns: int
    order: int
    received_ns: int


class Timeline:
    """Aligns the streams of a contract.

    Args:
        contract: The robot's contract.
        wait_s: How long a tick waits, after its frame arrived, for streams that have not yet
            reached its stamp. In time, only the order of messages matters.
    """

    def __init__(self, contract: Contract, *, wait_s: float = 0.05) -> None:
        self._buffers = {s.name: StreamBuffer(s) for s in contract.observations}
        self._anchor = contract.stream(contract.anchor)
        self._period_ns = contract.period_ns
        self._tolerance_ns = round(0.5e9 / self._anchor.rate_hz)
        self._wait_ns = round(wait_s * 1e9)
        self._pending: deque[_Pending] = deque()
        self._due_ns: int | None = None
        self._order = 0

    def push(
        self, stream: str, stamp_ns: int | None, value: NDArray[Any], received_ns: int
    ) -> None:
        """Add a decoded message.

        Args:
            stream: Name of the stream.
            stamp_ns: Header stamp; None for types without a header (``received_ns`` counts).
            value: Decoded value.
            received_ns: When it arrived, on the node's clock.
        """
        stamp_ns = received_ns if stamp_ns is None else stamp_ns
        buffer = self._buffers[stream]
        if buffer.newest_ns is not None and stamp_ns < buffer.newest_ns - _JUMP_NS:
            self.reset()
        self._order += 1
        is_new = buffer.newest_ns is None or stamp_ns > buffer.newest_ns
        buffer.push(Sample(stamp_ns, self._order, value))
        if stream == self._anchor.name and is_new and self._is_due(stamp_ns):
            self._pending.append(_Pending(stamp_ns, self._order, received_ns))

    def poll(self, now_ns: int) -> list[Tick]:
        """The ticks that are ready.

        Args:
            now_ns: The node's clock, the one that ``received_ns`` is read from.

        Returns:
            Ticks in order of their stamps; each tick is returned once.
        """
        ready = []
        while self._pending:
            tick = self._pending[0]
            settled = all(b.settled(tick.stamp_ns) for b in self._buffers.values())
            if not settled and now_ns - tick.received_ns < self._wait_ns:
                break
            ready.append(self._resolve(self._pending.popleft()))
        return ready

    def flush(self) -> list[Tick]:
        """The ticks that still wait, as they are: at the end of a bag nothing more comes."""
        ready = [self._resolve(tick) for tick in self._pending]
        self._pending.clear()
        return ready

    def reset(self) -> None:
        """Forget everything, e.g. between episodes or when the clock was set back."""
        for buffer in self._buffers.values():
            buffer.clear()
        self._pending.clear()
        self._due_ns = None

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
        observations: dict[str, NDArray[Any]] = {}
        ages: dict[str, int] = {}
        problems = []
        for name, buffer in self._buffers.items():
            stream = buffer.stream
            sample = buffer.at(tick.stamp_ns, tick.order)
            if sample is None:
                problems.append(f"{name} ({stream.topic}) has no sample")
                continue
            age = tick.stamp_ns - sample.stamp_ns
            ages[name] = age
            if age > stream.max_age_s * 1e9:
                problems.append(
                    f"{name} ({stream.topic}) is {age / 1e9:.3f} s old, more than "
                    f"{stream.max_age_s:g} s"
                )
            observations[name] = sample.value
        for buffer in self._buffers.values():
            buffer.forget_before(tick.stamp_ns)
        if problems:
            return Tick(tick.stamp_ns, None, "; ".join(problems), ages)
        return Tick(tick.stamp_ns, observations, None, ages)
