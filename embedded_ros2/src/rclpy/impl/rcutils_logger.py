"""The logger objects that nodes use."""

from __future__ import annotations

import inspect
import time
from types import FrameType
from typing import Any

from rclpy.clock import Clock
from rclpy.impl import logging_setup
from rclpy.impl.logging_severity import LoggingSeverity

_OPTIONS = {
    "once", "skip_first", "throttle_duration_sec", "throttle_time_source_type", "name"
}  # fmt: skip


def _caller() -> FrameType:
    frame: Any = inspect.currentframe()
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame


class RcutilsLogger:
    """Logs under a name; levels are inherited along its dots."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._memory: dict[Any, dict[str, Any]] = {}

    def get_child(self, name: str) -> RcutilsLogger:
        """Logger ``<this>.<name>``."""
        if not name:
            raise ValueError("Child logger name must not be empty.")
        return RcutilsLogger(f"{self.name}.{name}" if self.name else name)

    def set_level(self, level: LoggingSeverity | int) -> None:
        """Set the lowest severity that is shown."""
        logging_setup.state.set_level(self.name, LoggingSeverity(level))

    def get_effective_level(self) -> LoggingSeverity:
        """Level that holds here."""
        return logging_setup.state.effective_level(self.name)

    def is_enabled_for(self, severity: LoggingSeverity) -> bool:
        """Whether a message of that severity is shown."""
        return severity >= self.get_effective_level()

    def log(self, message: Any, severity: LoggingSeverity | int, **kwargs: Any) -> bool:
        """Log a message.

        Args:
            message: What to say; converted with ``str``.
            severity: How bad it is.
            **kwargs: ``once``, ``skip_first``, ``throttle_duration_sec``,
                ``throttle_time_source_type`` (a Clock) and ``name``.

        Returns:
            Whether it was said.
        """
        severity = LoggingSeverity(severity)
        name = kwargs.get("name", self.name)
        if kwargs:
            unknown = set(kwargs) - _OPTIONS
            if unknown:
                raise TypeError(f"parameter(s) {sorted(unknown)} not recognized")
            frame = _caller()
            if not self._passes(frame, severity, kwargs):
                return False
        if severity < logging_setup.state.effective_level(name):
            return False
        frame = _caller()
        where = (frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno)
        logging_setup.emit(severity, name, str(message), where)
        return True

    def _passes(self, frame: FrameType, severity: LoggingSeverity, options: Any) -> bool:
        key = (frame.f_code.co_filename, frame.f_lineno, frame.f_lasti)
        known = self._memory.setdefault(key, {"severity": severity})
        if known["severity"] != severity:
            raise ValueError("Logger severity cannot be changed between calls.")
        first = "seen" not in known
        known["seen"] = True
        if options.get("skip_first") and first:
            return False
        if options.get("once"):
            if known.get("said"):
                return False
            known["said"] = True
        period = options.get("throttle_duration_sec")
        if period is not None:
            clock = options.get("throttle_time_source_type")
            now = clock.now().nanoseconds if isinstance(clock, Clock) else _steady_ns()
            last = known.get("last")
            if last is not None and last <= now < last + period * 1e9:
                return False
            known["last"] = now
        return True

    def debug(self, message: Any, **kwargs: Any) -> bool:
        """Log with severity DEBUG."""
        return self.log(message, LoggingSeverity.DEBUG, **kwargs)

    def info(self, message: Any, **kwargs: Any) -> bool:
        """Log with severity INFO."""
        return self.log(message, LoggingSeverity.INFO, **kwargs)

    def warning(self, message: Any, **kwargs: Any) -> bool:
        """Log with severity WARN."""
        return self.log(message, LoggingSeverity.WARN, **kwargs)

    def warn(self, message: Any, **kwargs: Any) -> bool:
        """Log with severity WARN."""
        return self.log(message, LoggingSeverity.WARN, **kwargs)

    def error(self, message: Any, **kwargs: Any) -> bool:
        """Log with severity ERROR."""
        return self.log(message, LoggingSeverity.ERROR, **kwargs)

    def fatal(self, message: Any, **kwargs: Any) -> bool:
        """Log with severity FATAL."""
        return self.log(message, LoggingSeverity.FATAL, **kwargs)


def _steady_ns() -> int:
    return time.monotonic_ns()
