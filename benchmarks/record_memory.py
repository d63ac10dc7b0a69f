"""How the memory of a process grows, beneath what comes and goes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_WARM_UP = 0.1
_WINDOWS = 12
_TEN_MINUTES_S = 600.0


def private_mb(pid: int) -> float:
    """Resident memory of a process that is no file's, MB (1e6 bytes)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit(f"error: /proc/{pid}/smaps_rollup does not say what is anonymous")


@dataclass
class MemorySamples:
    """Memory of a process over time.

    What waits for a busy processor or disk is memory, too, and so is what the C library keeps of
    it for a while: both come and go. A leak lifts what is left when they are gone. So the least of
    each twelfth of the time counts, and the slope of these is the median of those of all pairs.

    Attributes:
        times_s: When.
        values_mb: How much.
    """

    times_s: list[float] = field(default_factory=list)
    values_mb: list[float] = field(default_factory=list)

    def take(self, pid: int) -> None:
        """Sample a process now."""
        self.add(time.monotonic(), private_mb(pid))

    def add(self, time_s: float, value_mb: float) -> None:
        """Add a sample."""
        self.times_s.append(time_s)
        self.values_mb.append(value_mb)

    @property
    def least_mb(self) -> float:
        """The least after the warm-up."""
        return float(self._settled()[1].min())

    @property
    def most_mb(self) -> float:
        """The most after the warm-up."""
        return float(self._settled()[1].max())

    @property
    def growth_mb(self) -> float:
        """Growth in ten minutes at the fitted slope, MB."""
        times, values = self._settled()
        edges = np.linspace(times[0], times[-1], _WINDOWS + 1)[1:-1]
        floors = []
        for part in np.split(np.arange(len(times)), np.searchsorted(times, edges)):
            if len(part):
                lowest = part[np.argmin(values[part])]
                floors.append((times[lowest], values[lowest]))
        at, low = np.array(floors).T
        first, second = np.triu_indices(len(at), 1)
        slopes = (low[second] - low[first]) / (at[second] - at[first])
        return float(np.median(slopes) * _TEN_MINUTES_S)

    def _settled(self) -> tuple[np.ndarray, np.ndarray]:
        times, values = np.array(self.times_s), np.array(self.values_mb)
        later = times >= times[0] + _WARM_UP * (times[-1] - times[0])
        return times[later], values[later]
