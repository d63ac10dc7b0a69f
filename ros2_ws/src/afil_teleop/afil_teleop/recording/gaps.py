"""Lost messages leave gaps between header stamps; nobody else reports them, so count them."""

from __future__ import annotations

# Between one period (jitter) and two (a lost message).
_GAP_PERIODS = 1.5


class GapCounter:
    """Counts the gaps in one topic's header stamps.

    Args:
        rate_hz: Nominal rate of the topic.
    """

    def __init__(self, rate_hz: float) -> None:
        self._period_ns = 1e9 / rate_hz
        self._last_ns: int | None = None
        self.gaps = 0
        self.longest_s = 0.0

    def add(self, stamp_ns: int) -> None:
        """Count a message.

        Args:
            stamp_ns: Its header stamp.
        """
        if self._last_ns is not None:
            interval_ns = stamp_ns - self._last_ns
            self.longest_s = max(self.longest_s, interval_ns / 1e9)
            if interval_ns > _GAP_PERIODS * self._period_ns:
                self.gaps += 1
        self._last_ns = stamp_ns

    def __str__(self) -> str:
        return f"{self.gaps} gap(s), the longest {self.longest_s:.2f} s"
