"""Latency from observation to command, over a sliding window."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LatencySummary:
    """Percentiles of the window, in seconds, and how many samples are in it."""

    p50_s: float
    p95_s: float
    p99_s: float
    count: int


class LatencyMonitor:
    """Keeps the last ``window`` latencies; memory does not grow.

    Args:
        window: Number of samples kept.
    """

    def __init__(self, window: int = 1000) -> None:
        self._seconds: deque[float] = deque(maxlen=window)

    def add(self, seconds: float) -> None:
        """Add one latency."""
        self._seconds.append(seconds)

    def summary(self) -> LatencySummary | None:
        """Percentiles of the window; None while it is empty."""
        if not self._seconds:
            return None
        p50, p95, p99 = np.percentile(np.array(self._seconds), [50, 95, 99])
        return LatencySummary(float(p50), float(p95), float(p99), len(self._seconds))
