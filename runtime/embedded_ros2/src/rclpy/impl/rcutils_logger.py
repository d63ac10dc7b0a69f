"""The logger objects that nodes use."""

from __future__ import annotations

import inspect
import time
from types import FrameType
from typing import Any

from rclpy.clock import Clock
from rclpy.constants import S_TO_NS
from rclpy.impl import logging_setup
from rclpy.impl.logging_severity import LoggingSeverity

_OPTIONS = {"once", "skip_first", "throttle_duration_sec", "throttle_time_source_type"}


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
        # Options are looked at only where the severity is shown, as in rclpy.
        if severity < logging_setup.state.effective_level(self.name):
            return False
        name = kwargs.pop("name", self.name)
        frame = _caller()
        if not self._passes(frame, severity, name, kwargs):
            return False
        if name == self.name or severity >= logging_setup.state.effective_level(name):
            where = (frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno)
            logging_setup.emit(severity, name, str(message), where)
        return True

    def _passes(
        self, frame: FrameType, severity: LoggingSeverity, name: str, options: dict[str, Any]
    ) -> bool:
        """Whether the options of this place in the code let the message through."""
        unknown = set(options) - _OPTIONS
        if unknown:
            raise TypeError(f"parameter(s) {sorted(unknown)} not recognized")
        key = (frame.f_code.co_filename, frame.f_lineno, frame.f_lasti)
        chosen = {option: value for option, value in options.items() if value}
        known = self._memory.setdefault(
            key, {"severity": severity, "name": name, "options": chosen, "last": 0}
        )
        for what, value in (("severity", severity), ("name", name), ("options", chosen)):
            if known[what] != value:
                raise ValueError(f"Logger {what} cannot be changed between calls.")
        if not chosen:
            return True
        return (
            self._throttle(known, chosen)
            and not (chosen.get("skip_first") and self._first(known, "skipped"))
            and (not chosen.get("once") or self._first(known, "said"))
        )

    @staticmethod
    def _first(known: dict[str, Any], what: str) -> bool:
        first = what not in known
        known[what] = True
        return first

    @staticmethod
    def _throttle(known: dict[str, Any], options: dict[str, Any]) -> bool:
        period = options.get("throttle_duration_sec")
        clock = options.get("throttle_time_source_type")
        if period is None:
            if clock is not None:
                raise TypeError("throttle_time_source_type needs a throttle_duration_sec")
            return True
        if clock is not None and not isinstance(clock, Clock):
            raise ValueError(f"throttle_time_source_type is no clock: {clock!r}")
        now = time.time_ns() if clock is None else clock.now().nanoseconds
        if now < known["last"] + period * S_TO_NS:
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
