"""Points in time of a certain clock."""

from __future__ import annotations

from functools import total_ordering
from typing import Any

import builtin_interfaces.msg

from rclpy.clock_type import ClockType
from rclpy.constants import S_TO_NS
from rclpy.duration import Duration

_LIMIT = 2**63


@total_ordering
class Time:
    """A point in time, nanoseconds since the clock's epoch."""

    def __init__(
        self,
        *,
        seconds: float = 0,
        nanoseconds: float = 0,
        clock_type: ClockType = ClockType.SYSTEM_TIME,
    ) -> None:
        if not isinstance(clock_type, ClockType):
            raise TypeError("Clock type must be a ClockType enum")
        if seconds < 0:
            raise ValueError("Seconds value must not be negative")
        if nanoseconds < 0:
            raise ValueError("Nanoseconds value must not be negative")
        total = int(seconds * S_TO_NS) + int(nanoseconds)
        if total >= _LIMIT:
            raise OverflowError("Total nanoseconds value is too large to store in C time point.")
        self._nanoseconds = total
        self._clock_type = clock_type

    @property
    def nanoseconds(self) -> int:
        """Nanoseconds since the epoch."""
        return self._nanoseconds

    @property
    def clock_type(self) -> ClockType:
        """Clock this time belongs to."""
        return self._clock_type

    def seconds_nanoseconds(self) -> tuple[int, int]:
        """Whole seconds and the rest in nanoseconds."""
        return divmod(self._nanoseconds, S_TO_NS)

    def __repr__(self) -> str:
        return f"Time(nanoseconds={self.nanoseconds}, clock_type={self.clock_type.name})"

    def __add__(self, other: Any) -> Time:
        if not isinstance(other, Duration):
            return NotImplemented
        try:
            return Time(
                nanoseconds=self._nanoseconds + other.nanoseconds, clock_type=self._clock_type
            )
        except OverflowError as error:
            raise OverflowError("Addition leads to overflow in C storage.") from error

    def __radd__(self, other: Any) -> Time:
        return self.__add__(other)

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Time):
            self._same_clock(other, "subtract")
            return Duration(nanoseconds=self._nanoseconds - other._nanoseconds)
        if isinstance(other, Duration):
            difference = self._nanoseconds - other.nanoseconds
            if difference < 0:
                raise ValueError("Subtraction leads to negative time.")
            return Time(nanoseconds=difference, clock_type=self._clock_type)
        return NotImplemented

    def _same_clock(self, other: Time, verb: str) -> None:
        if self._clock_type != other._clock_type:
            raise TypeError(f"Can't {verb} times with different clock types")

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, Time):
            self._same_clock(other, "compare")
            return self._nanoseconds == other._nanoseconds
        return NotImplemented

    def __lt__(self, other: Any) -> bool:
        if isinstance(other, Time):
            self._same_clock(other, "compare")
            return self._nanoseconds < other._nanoseconds
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self._nanoseconds, self._clock_type))

    def to_msg(self) -> builtin_interfaces.msg.Time:
        """Convert to builtin_interfaces/msg/Time."""
        seconds, nanoseconds = self.seconds_nanoseconds()
        return builtin_interfaces.msg.Time(sec=seconds, nanosec=nanoseconds)

    @classmethod
    def from_msg(
        cls, msg: builtin_interfaces.msg.Time, clock_type: ClockType = ClockType.ROS_TIME
    ) -> Time:
        """Make from builtin_interfaces/msg/Time."""
        if not isinstance(msg, builtin_interfaces.msg.Time):
            raise TypeError("Must pass a builtin_interfaces.msg.Time object")
        return cls(seconds=msg.sec, nanoseconds=msg.nanosec, clock_type=clock_type)
