"""The recent messages of one stream, and what the stream was at a given stamp."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from numpy.typing import NDArray

from afil_core.kinds.base import Observation

_MOST_SAMPLES = 4096
# Samples wait for a tick. When the anchor camera falls silent no tick comes, and the images of
# another camera would fill the memory.
_LONGEST_WAIT_NS = 5_000_000_000


# Stamp (ns), place in the order of arrival, bytes: plain, for one is made of every message.
Sample = tuple[int, int, bytes]
_STAMP: Final = 0
_ORDER: Final = 1
_CDR: Final = 2


class StreamBuffer:
    """Ring buffer of one stream, sorted by stamp."""

    def __init__(self, stream: Observation) -> None:
        self.stream = stream
        self._samples: deque[Sample] = deque(maxlen=_MOST_SAMPLES)
        self._keep_ns = _LONGEST_WAIT_NS + round(stream.max_age_s * 1e9)
        self._holds = stream.alignment == "hold"
        self.newest_ns = 0
        # The two samples that were decoded last: a slow stream serves several ticks.
        self._decoded: deque[tuple[Sample, NDArray[Any]]] = deque(maxlen=2)

    def push(self, stamp_ns: int, order: int, cdr: bytes, received_ns: int = 0) -> None:
        """Add a message; one that is older than the newest is dropped as out of order."""
        del received_ns
        if stamp_ns < self.newest_ns:
            return
        samples = self._samples
        self.newest_ns = stamp_ns
        samples.append((stamp_ns, order, cdr))
        while samples[0][_STAMP] < stamp_ns - self._keep_ns:
            samples.popleft()

    def settled(self, tick_ns: int) -> bool:
        """Whether later messages can no longer change the value at a tick."""
        return self._holds or self.newest_ns >= tick_ns

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
            held = next((s for s in reversed(self._samples) if s[_ORDER] <= order), None)
            return None if held is None else (held[_STAMP], self._value(held))
        after: Sample | None = None
        before: Sample | None = None
        for sample in reversed(self._samples):
            if sample[_STAMP] <= tick_ns:
                before = sample
                break
            after = sample
        if before is None:
            return None
        if self.stream.alignment == "as_of" or before[_STAMP] == tick_ns:
            return before[_STAMP], self._value(before)
        if after is None:
            return None
        nearest_ns = min(tick_ns - before[_STAMP], after[_STAMP] - tick_ns)
        share = (tick_ns - before[_STAMP]) / (after[_STAMP] - before[_STAMP])
        first, second = self._value(before), self._value(after)
        return tick_ns - nearest_ns, self.stream.interpolate(first, second, share)

    def forget_before(self, tick_ns: int) -> None:
        """Drop what no tick from this one on can ask for."""
        samples = self._samples
        while len(samples) > 1 and samples[1][_STAMP] <= tick_ns:
            samples.popleft()

    def clear(self) -> None:
        """Drop everything."""
        self._samples.clear()
        self._decoded.clear()
        self.newest_ns = 0

    def _value(self, sample: Sample) -> NDArray[Any]:
        for known, value in self._decoded:
            if known is sample:
                return value
        value = self.stream.decode(sample[_CDR]).value
        self._decoded.append((sample, value))
        return value
