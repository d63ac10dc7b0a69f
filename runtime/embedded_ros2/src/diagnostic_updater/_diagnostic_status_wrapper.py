"""A diagnostic status that is easy to fill."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

Level = bytes


class DiagnosticStatusWrapper(DiagnosticStatus):
    """DiagnosticStatus with helpers."""

    level: bytes
    message: str
    values: list[Any]

    def summary(self, *args: Any) -> None:
        """Set level and message: ``summary(level, message)`` or ``summary(status)``."""
        if len(args) == 1:
            self.level, self.message = args[0].level, args[0].message
        else:
            self.level, self.message = args

    def clearSummary(self) -> None:  # noqa: N802
        """Set OK and an empty message."""
        self.summary(DiagnosticStatus.OK, "")

    def mergeSummary(self, *args: Any) -> None:  # noqa: N802
        """Merge another level and message: the worse level wins, bad messages are joined."""
        level, message = (args[0].level, args[0].message) if len(args) == 1 else args
        both_bad = self.level > DiagnosticStatus.OK and level > DiagnosticStatus.OK
        if both_bad or (self.level == DiagnosticStatus.OK and level == DiagnosticStatus.OK):
            self.message = "; ".join(part for part in (self.message, message) if part)
        elif level > self.level:
            self.message = message
        self.level = max(self.level, level)

    def add(self, key: str, value: Any) -> None:
        """Add a key with a value, converted to text."""
        self.values = [*self.values, KeyValue(key=key, value=str(value))]
