"""Ready-made tasks: rate, age of stamps, heartbeat."""

from __future__ import annotations

import threading
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus

from diagnostic_updater._diagnostic_status_wrapper import DiagnosticStatusWrapper
from diagnostic_updater._diagnostic_updater import DiagnosticTask
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.time import Time


class FrequencyStatusParam:
    """Expected rate: ``freq_bound`` is a dict with ``min`` and ``max`` in Hz."""

    def __init__(
        self, freq_bound: dict[str, float], tolerance: float = 0.1, window_size: int = 5
    ) -> None:
        self.freq_bound = freq_bound
        self.tolerance = tolerance
        self.window_size = window_size


class FrequencyStatus(DiagnosticTask):
    """Watches the rate of :meth:`tick`."""

    def __init__(
        self, params: FrequencyStatusParam, name: str = "FrequencyStatus", clock: Any = None
    ) -> None:
        super().__init__(name)
        self.params = params
        self._clock = clock or Clock(clock_type=ClockType.STEADY_TIME)
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget all ticks."""
        with self.lock:
            self.count = 0
            now = self._clock.now().nanoseconds
            self.times = [now] * self.params.window_size
            self.seq_nums = [0] * self.params.window_size
            self.hist_indx = 0

    def tick(self) -> None:
        """Count one event."""
        with self.lock:
            self.count += 1

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Compare the rate with its bounds."""
        with self.lock:
            now = self._clock.now().nanoseconds
            events = self.count - self.seq_nums[self.hist_indx]
            window = (now - self.times[self.hist_indx]) * 1e-9
            freq = events / window if window else 0.0
            self.seq_nums[self.hist_indx] = self.count
            self.times[self.hist_indx] = now
            self.hist_indx = (self.hist_indx + 1) % self.params.window_size
        low, high = self.params.freq_bound["min"], self.params.freq_bound["max"]
        if events == 0:
            stat.summary(DiagnosticStatus.ERROR, "No events recorded.")
        elif freq < low * (1 - self.params.tolerance):
            stat.summary(DiagnosticStatus.WARN, "Frequency too low.")
        elif freq > high * (1 + self.params.tolerance):
            stat.summary(DiagnosticStatus.WARN, "Frequency too high.")
        else:
            stat.summary(DiagnosticStatus.OK, "Desired frequency met")
        stat.add("Events in window", f"{events}")
        stat.add("Events since startup", f"{self.count}")
        stat.add("Duration of window (s)", f"{window:f}")
        stat.add("Actual frequency (Hz)", f"{freq:f}")
        if low == high:
            stat.add("Target frequency (Hz)", f"{low:f}")
        if low > 0:
            stat.add("Minimum acceptable frequency (Hz)", f"{low * (1 - self.params.tolerance):f}")
        if high != float("inf"):
            stat.add("Maximum acceptable frequency (Hz)",
                     f"{high * (1 + self.params.tolerance):f}")  # fmt: skip
        return stat


class TimeStampStatusParam:
    """Acceptable age of stamps in seconds (negative is the future)."""

    def __init__(self, min_acceptable: float = -1, max_acceptable: float = 5) -> None:
        self.max_acceptable = max_acceptable
        self.min_acceptable = min_acceptable


class TimeStampStatus(DiagnosticTask):
    """Watches the age of the stamps given to :meth:`tick`."""

    def __init__(
        self,
        params: TimeStampStatusParam | None = None,
        name: str = "Timestamp Status",
        clock: Any = None,
    ) -> None:
        super().__init__(name)
        self.params = params or TimeStampStatusParam()
        self._clock = clock or Clock(clock_type=ClockType.STEADY_TIME)
        self.lock = threading.Lock()
        self.early_count = self.late_count = self.zero_count = 0
        self.max_delta: float = 0
        self.min_delta: float = 0
        self.zero_seen = self.deltas_valid = False

    def tick(self, stamp: Any) -> None:
        """Count one stamp: a Time, or seconds."""
        seconds = stamp.nanoseconds * 1e-9 if isinstance(stamp, Time) else float(stamp)
        with self.lock:
            if seconds == 0:
                self.zero_seen = True
                return
            delta = self._clock.now().nanoseconds * 1e-9 - seconds
            self.max_delta = delta if not self.deltas_valid else max(delta, self.max_delta)
            self.min_delta = delta if not self.deltas_valid else min(delta, self.min_delta)
            self.deltas_valid = True

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Compare the ages with their bounds and start anew."""
        with self.lock:
            stat.summary(DiagnosticStatus.OK, "Timestamps are reasonable.")
            if not self.deltas_valid:
                stat.summary(DiagnosticStatus.WARN, "No data since last update.")
            else:
                if self.min_delta < self.params.min_acceptable:
                    stat.summary(DiagnosticStatus.ERROR, "Timestamps too far in future seen.")
                    self.early_count += 1
                if self.max_delta > self.params.max_acceptable:
                    stat.summary(DiagnosticStatus.ERROR, "Timestamps too far in past seen.")
                    self.late_count += 1
            if self.zero_seen:
                stat.summary(DiagnosticStatus.ERROR, "Zero timestamp seen.")
                self.zero_count += 1
            stat.add("Earliest timestamp delay", f"{self.min_delta:f}")
            stat.add("Latest timestamp delay", f"{self.max_delta:f}")
            stat.add("Earliest acceptable timestamp delay", f"{self.params.min_acceptable:f}")
            stat.add("Latest acceptable timestamp delay", f"{self.params.max_acceptable:f}")
            stat.add("Late diagnostic update count", f"{self.late_count}")
            stat.add("Early diagnostic update count", f"{self.early_count}")
            stat.add("Zero seen diagnostic update count", f"{self.zero_count}")
            self.deltas_valid = self.zero_seen = False
            self.max_delta = self.min_delta = 0
        return stat


class Heartbeat(DiagnosticTask):
    """Says that the node is alive."""

    def __init__(self) -> None:
        super().__init__("Heartbeat")

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Say so."""
        stat.summary(DiagnosticStatus.OK, "Alive")
        return stat
