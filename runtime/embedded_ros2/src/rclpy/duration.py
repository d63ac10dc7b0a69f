"""Spans of time in nanoseconds."""

from __future__ import annotations

from functools import total_ordering
from typing import Any

import builtin_interfaces.msg

from rclpy.constants import S_TO_NS

_LIMIT = 2**63


@total_ordering
class Duration:
    """A period between two time points, nanosecond resolution, in [-2^63, 2^63) ns."""

    def __init__(self, *, seconds: float = 0, nanoseconds: float = 0) -> None:
        total = int(seconds * S_TO_NS) + int(nanoseconds)
        if not -_LIMIT <= total < _LIMIT:
            raise OverflowError("Total nanoseconds value is too large to store in C duration.")
        self._nanoseconds = total

    @property
    def nanoseconds(self) -> int:
        """Length in nanoseconds."""
        return self._nanoseconds

    def __repr__(self) -> str:
        return f"Duration(nanoseconds={self.nanoseconds})"

    def __str__(self) -> str:
        if self == Infinite:
            return "Infinite"
        return f"{self.nanoseconds} nanoseconds"

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, Duration):
            return self._nanoseconds == other._nanoseconds
        return NotImplemented

    def __lt__(self, other: Any) -> bool:
        if isinstance(other, Duration):
            return self._nanoseconds < other._nanoseconds
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._nanoseconds)

    def __add__(self, other: Any) -> Duration:
        if isinstance(other, Duration):
            return Duration(nanoseconds=self._nanoseconds + other._nanoseconds)
        return NotImplemented

    def __sub__(self, other: Any) -> Duration:
        if isinstance(other, Duration):
            return Duration(nanoseconds=self._nanoseconds - other._nanoseconds)
        return NotImplemented

    def __mul__(self, other: Any) -> Duration:
        if isinstance(other, (int, float)):
            return Duration(nanoseconds=int(self._nanoseconds * other))
        return NotImplemented

    __rmul__ = __mul__

    def to_msg(self) -> builtin_interfaces.msg.Duration:
        """Convert to builtin_interfaces/msg/Duration."""
        seconds, nanoseconds = divmod(self._nanoseconds, S_TO_NS)
        return builtin_interfaces.msg.Duration(sec=seconds, nanosec=nanoseconds)

    @classmethod
    def from_msg(cls, msg: builtin_interfaces.msg.Duration) -> Duration:
        """Make from builtin_interfaces/msg/Duration."""
        if not isinstance(msg, builtin_interfaces.msg.Duration):
            raise TypeError("Must pass a builtin_interfaces.msg.Duration object")
        return cls(nanoseconds=msg.sec * S_TO_NS + msg.nanosec)


Infinite = Duration(nanoseconds=_LIMIT - 1)
