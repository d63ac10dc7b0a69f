"""Where the time goes from observation to command, over a sliding window."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from afil_core import messages

TYPE = "afil_interfaces/msg/PolicyLatency"
STATISTICS_TYPE = "afil_interfaces/msg/LatencyStatistics"
STAGES = (
    "observation_age", "queue", "prepare", "inference", "publish", "overhead", "total", "lateness"
)  # fmt: skip


@dataclass(frozen=True)
class LatencySummary:
    """Percentiles of the window, in seconds, and how many samples are in it."""

    p50_s: float
    p95_s: float
    p99_s: float
    count: int

    def message(self) -> Any:
        """``afil_interfaces/msg/LatencyStatistics``."""
        return messages.new(
            STATISTICS_TYPE, count=self.count, p50=self.p50_s, p95=self.p95_s, p99=self.p99_s
        )


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
        # A copy: another thread may add to it meanwhile.
        p50, p95, p99 = np.percentile(np.array(self._seconds.copy()), [50, 95, 99])
        return LatencySummary(float(p50), float(p95), float(p99), len(self._seconds))


class Stages:
    """One window for each stage between an observation and its command.

    Args:
        window: Samples that each one keeps.

    Attributes:
        misses: Command cycles without an action, or begun later than half a period.
    """

    def __init__(self, window: int = 1000) -> None:
        self._monitors = {stage: LatencyMonitor(window) for stage in STAGES}
        self.misses = 0
        self._decided: tuple[int, float] | None = None

    def decided(
        self, tick_ns: int, *, age: float, queue: float, prepare: float, inference: float
    ) -> None:
        """The policy decided on a tick.

        Args:
            tick_ns: Stamp of the tick.
            age: Of its frame when it arrived, s.
            queue: From the complete tick to the start of its inference, s.
            prepare: Of its inputs, s.
            inference: Forward pass, s.
        """
        self._decided = tick_ns, queue + prepare
        self.add(observation_age=age, queue=queue, prepare=prepare, inference=inference)

    def sent(self, publish: float, tick_ns: int | None, total: float) -> None:
        """The commands of a cycle are sent.

        Args:
            publish: From its start to the last one, s.
            tick_ns: Stamp of the tick that it was the first to answer; None where it was not.
            total: Since that tick's frame arrived, s.
        """
        self.add(publish=publish)
        if tick_ns is None:
            return
        self.add(total=total)
        decided = self._decided
        # Where the forward pass takes longer than a period, the command is of an older tick.
        if decided is not None and decided[0] == tick_ns:
            self.add(overhead=decided[1] + publish)

    def add(self, **seconds: float) -> None:
        """Add one sample to each of some stages, s."""
        for stage, value in seconds.items():
            self._monitors[stage].add(value)

    def summaries(self) -> dict[str, LatencySummary | None]:
        """Percentiles of each stage."""
        return {stage: monitor.summary() for stage, monitor in self._monitors.items()}

    def encode(self, stamp_ns: int, *, late: int, dropped: int) -> bytes:
        """CDR bytes of ``afil_interfaces/msg/PolicyLatency``.

        Args:
            stamp_ns: The node's clock.
            late: Chunks that were over when they came.
            dropped: Chunks and observations that were overtaken.
        """
        found = {k: s.message() for k, s in self.summaries().items() if s is not None}
        message = messages.new(
            TYPE,
            stamp=messages.ns_to_stamp(stamp_ns),
            deadline_misses=self.misses,
            chunks_late=late,
            chunks_dropped=dropped,
            **found,
        )
        return messages.serialize(message)
