"""A topic's rate, and the same beside what it used to be.

Times are of whatever clock the rate is of: wall time, or a simulator's own.
"""

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


class Rate:
    """Arrivals in a span of time, one span after the other.

    Args:
        span_ns: How long it is.

    Attributes:
        hz: Of the last whole span; 0 before its end.
        best_hz: The better one of the last two: one may be a busy machine's.
    """

    def __init__(self, span_ns: int = _SECOND_NS) -> None:
        self._span_ns = span_ns
        self._start_ns: int | None = None
        self._count = 0
        self.hz = self.best_hz = 0.0

    def arrive(self, time_ns: int) -> None:
        """Take a message; time that went back begins a span in which nothing came yet."""
        start_ns = self._start_ns
        if start_ns is None or not 0 <= time_ns - start_ns < self._span_ns:
            self._roll(time_ns)
        self._count += 1

    def at(self, time_ns: int) -> float:
        """Of the last whole span, Hz; 0 when none came since."""
        if self._start_ns is not None and time_ns - self._start_ns >= 2 * self._span_ns:
            self._roll(time_ns)
        return self.hz

    def _roll(self, time_ns: int) -> None:
        passed_ns = 0 if self._start_ns is None else time_ns - self._start_ns
        fresh = 0 < passed_ns < 2 * self._span_ns
        before = self.hz
        self.hz = self._count * _SECOND_NS / passed_ns if fresh else 0.0
        self.best_hz = max(before, self.hz)
        self._start_ns, self._count = time_ns, 0


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

    def sample(self, time_ns: int, count: int) -> None:
        """Take the count, a few times a second; time that went back begins anew."""
        if self._samples and time_ns < self._samples[-1][0]:
            self._samples.clear()
            self._learned_ns = time_ns
        if self._samples and time_ns - self._samples[-1][0] < _SAMPLE_NS:
            return
        self._samples.append((time_ns, count))
        while time_ns - self._samples[0][0] > 2 * _SECOND_NS:
            self._samples.popleft()
        if time_ns - self._learned_ns < _SECOND_NS:
            return
        rate = self._rate(_SECOND_NS)
        if rate is None or self.low_hz() is not None:
            return
        self._learned_ns = time_ns
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
        for time_ns, count in reversed(self._samples):
            if end_ns - time_ns >= span_ns:
                return (end - count) * _SECOND_NS / (end_ns - time_ns)
        return None
