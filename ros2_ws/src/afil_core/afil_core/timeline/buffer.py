"""The recent samples of one stream, and what the stream was at a given stamp."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation, Slerp

from afil_core.contract.schema import ObservationStream

_MOST_SAMPLES = 4096
# Samples wait for a tick. When the anchor camera falls silent no tick comes, and the images of
# another camera would fill the memory.
_LONGEST_WAIT_NS = 5_000_000_000


@dataclass(frozen=True)
class Sample:
    """One decoded message: its stamp, its place in the order of arrival and its value."""

    stamp_ns: int
    order: int
    value: NDArray[Any]


class StreamBuffer:
    """Ring buffer of one stream, sorted by stamp."""

    def __init__(self, stream: ObservationStream) -> None:
        self.stream = stream
        self._samples: deque[Sample] = deque(maxlen=_MOST_SAMPLES)
        self._keep_ns = _LONGEST_WAIT_NS + round(stream.max_age_s * 1e9)

    @property
    def newest_ns(self) -> int | None:
        """Stamp of the newest sample; None when there is none."""
        return self._samples[-1].stamp_ns if self._samples else None

    def push(self, sample: Sample) -> None:
        """Add a sample; one that is older than the newest is dropped as out of order."""
        if self.newest_ns is None or sample.stamp_ns >= self.newest_ns:
            self._samples.append(sample)
            while self._samples[0].stamp_ns < sample.stamp_ns - self._keep_ns:
                self._samples.popleft()

    def settled(self, tick_ns: int) -> bool:
        """Whether later samples can no longer change the value at a tick."""
        if self.stream.alignment == "hold":
            return True
        return self.newest_ns is not None and self.newest_ns >= tick_ns

    def at(self, tick_ns: int, order: int) -> Sample | None:
        """The stream at a tick, by its alignment policy.

        Args:
            tick_ns: Stamp of the tick.
            order: Arrival order of the tick's anchor frame; ``hold`` ignores later arrivals.

        Returns:
            The sample with its own stamp, or None when there is none. Between two samples the
            stamp is as far from the tick as the nearer one is: a value in the middle of a long
            gap is old, whichever way one looks.
        """
        if self.stream.alignment == "hold":
            return self._last(lambda s: s.order <= order)
        before = self._last(lambda s: s.stamp_ns <= tick_ns)
        if self.stream.alignment == "as_of" or before is None or before.stamp_ns == tick_ns:
            return before
        after = next((s for s in self._samples if s.stamp_ns > tick_ns), None)
        if after is None:
            return None
        nearest_ns = min(tick_ns - before.stamp_ns, after.stamp_ns - tick_ns)
        value = _between(self.stream.kind, before, after, tick_ns)
        return Sample(tick_ns - nearest_ns, before.order, value)

    def forget_before(self, tick_ns: int) -> None:
        """Drop what no tick from this one on can ask for."""
        while len(self._samples) > 1 and self._samples[1].stamp_ns <= tick_ns:
            self._samples.popleft()

    def clear(self) -> None:
        """Drop everything."""
        self._samples.clear()

    def _last(self, wanted: Any) -> Sample | None:
        return next((s for s in reversed(self._samples) if wanted(s)), None)


def _between(kind: str, before: Sample, after: Sample, tick_ns: int) -> NDArray[Any]:
    share = (tick_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
    value: NDArray[Any] = before.value + share * (after.value - before.value)
    if kind == "pose":
        turns = Rotation.from_quat(np.stack([before.value[3:], after.value[3:]]))
        value[3:] = Slerp([0.0, 1.0], turns)([share]).as_quat()[0]
    return value
