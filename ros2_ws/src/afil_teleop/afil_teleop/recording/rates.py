"""A topic's rate beside what it used to be."""

from __future__ import annotations

from collections import deque

_SECOND_NS = 1_000_000_000
_SAMPLE_NS = 50_000_000
# Fewer arrivals than this in a span say nothing.
_LEAST = 5
_LOW = 0.65
# What comes as often as it should is not low, whatever a burst made of what is usual.
_ENOUGH = 0.9
# The share of the newest second in what is usual.
_NEW = 0.2


class RateHistory:
    """Follows a topic's count of arrivals; nothing is done for each message.

    Args:
        due_hz: The contract's rate; 0 where it says none.

    Attributes:
        usual_hz: The rate that it used to have; 0 before the first second.
    """

    def __init__(self, due_hz: float = 0.0) -> None:
        self._due_hz = due_hz
        self.usual_hz = 0.0
        self._samples: deque[tuple[int, int]] = deque(maxlen=64)
        self._learned_ns = 0

    def sample(self, wall_ns: int, count: int) -> None:
        """Take the count, a few times a second."""
        if self._samples and wall_ns - self._samples[-1][0] < _SAMPLE_NS:
            return
        self._samples.append((wall_ns, count))
        while wall_ns - self._samples[0][0] > 2 * _SECOND_NS:
            self._samples.popleft()
        if wall_ns - self._learned_ns < _SECOND_NS:
            return
        rate = self._rate(_SECOND_NS)
        if rate is None or self.low_hz() is not None:
            return
        self._learned_ns = wall_ns
        self.usual_hz += (rate - self.usual_hz) * (_NEW if self.usual_hz else 1.0)

    def restart(self) -> None:
        """Forget the last seconds, in which the topic was silent; not what is usual."""
        self._samples.clear()

    def low_hz(self) -> float | None:
        """The rate now, where it is much lower than usual; None where it is not."""
        for span_ns in (_SECOND_NS // 2, _SECOND_NS):
            rate = self._rate(span_ns)
            if rate is None or self.usual_hz * span_ns < _LEAST * _SECOND_NS:
                continue
            # One message more or less in the span is the span's edge.
            most = rate + _SECOND_NS / span_ns
            if most < _LOW * self.usual_hz and not most > _ENOUGH * self._due_hz > 0:
                return rate
        return None

    def _rate(self, span_ns: int) -> float | None:
        if not self._samples:
            return None
        end_ns, end = self._samples[-1]
        for wall_ns, count in reversed(self._samples):
            if end_ns - wall_ns >= span_ns:
                return (end - count) * _SECOND_NS / (end_ns - wall_ns)
        return None
