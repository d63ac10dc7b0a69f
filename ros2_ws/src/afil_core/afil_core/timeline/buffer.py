"""The recent messages of one stream, and what the stream was at a given stamp."""

from __future__ import annotations

from collections import deque
from typing import Any

from numpy.typing import NDArray

from afil_core.kinds.base import Observation

_MOST_SAMPLES = 4096
# Samples wait for a tick. When the anchor camera falls silent no tick comes, and the images of
# another camera would fill the memory.
_LONGEST_WAIT_NS = 5_000_000_000


class Sample:
    """One message: stamp, place in the order of arrival, bytes; its value once asked for."""

    __slots__ = ("_cdr", "_value", "order", "stamp_ns")

    def __init__(self, stamp_ns: int, order: int, cdr: bytes) -> None:
        self.stamp_ns = stamp_ns
        self.order = order
        self._cdr = cdr
        self._value: NDArray[Any] | None = None

    def value(self, stream: Observation) -> NDArray[Any]:
        """The decoded value.

        Raises:
            AfilError: When the message breaks what the contract states.
        """
        if self._value is None:
            self._value = stream.decode(self._cdr).value
        return self._value


class StreamBuffer:
    """Ring buffer of one stream, sorted by stamp."""

    def __init__(self, stream: Observation) -> None:
        self.stream = stream
        self._samples: deque[Sample] = deque(maxlen=_MOST_SAMPLES)
        self._keep_ns = _LONGEST_WAIT_NS + round(stream.max_age_s * 1e9)
        self._holds = stream.alignment == "hold"
        self.newest_ns: int | None = None

    def push(self, stamp_ns: int, order: int, cdr: bytes) -> None:
        """Add a message; one that is older than the newest is dropped as out of order."""
        if self.newest_ns is None or stamp_ns >= self.newest_ns:
            samples = self._samples
            self.newest_ns = stamp_ns
            samples.append(Sample(stamp_ns, order, cdr))
            oldest_ns = stamp_ns - self._keep_ns
            while samples[0].stamp_ns < oldest_ns:
                samples.popleft()

    def settled(self, tick_ns: int) -> bool:
        """Whether later messages can no longer change the value at a tick."""
        return self._holds or (self.newest_ns is not None and self.newest_ns >= tick_ns)

    def at(self, tick_ns: int, order: int) -> tuple[int, NDArray[Any]] | None:
        """The stream at a tick, by its alignment policy.

        Args:
            tick_ns: Stamp of the tick.
            order: Arrival order of the tick's anchor frame; ``hold`` ignores later arrivals.

        Returns:
            The sample's own stamp and value, or None when there is none. Between two samples
            the stamp is as far from the tick as the nearer one is: a value in the middle of a
            long gap is old, whichever way one looks.

        Raises:
            AfilError: When the message that was picked breaks what the contract states.
        """
        if self._holds:
            held = next((s for s in reversed(self._samples) if s.order <= order), None)
            return None if held is None else (held.stamp_ns, held.value(self.stream))
        after: Sample | None = None
        before: Sample | None = None
        for sample in reversed(self._samples):
            if sample.stamp_ns <= tick_ns:
                before = sample
                break
            after = sample
        if before is None:
            return None
        if self.stream.alignment == "as_of" or before.stamp_ns == tick_ns:
            return before.stamp_ns, before.value(self.stream)
        if after is None:
            return None
        nearest_ns = min(tick_ns - before.stamp_ns, after.stamp_ns - tick_ns)
        share = (tick_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
        first, second = before.value(self.stream), after.value(self.stream)
        return tick_ns - nearest_ns, self.stream.interpolate(first, second, share)

    def forget_before(self, tick_ns: int) -> None:
        """Drop what no tick from this one on can ask for."""
        samples = self._samples
        while len(samples) > 1 and samples[1].stamp_ns <= tick_ns:
            samples.popleft()

    def clear(self) -> None:
        """Drop everything."""
        self._samples.clear()
        self.newest_ns = None
