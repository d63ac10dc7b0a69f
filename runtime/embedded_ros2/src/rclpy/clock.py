"""Clocks: system, steady, and ROS time that a simulation may drive."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from typing import Any

from rclpy.clock_type import ClockType
from rclpy.duration import Duration
from rclpy.exceptions import NotInitializedException
from rclpy.time import Time

__all__ = ["Clock", "ClockChange", "ClockType", "JumpHandle", "JumpThreshold", "ROSClock",
           "TimeJump"]  # fmt: skip


class ClockChange(IntEnum):
    """What happened to the source of ROS time in a jump."""

    ROS_TIME_NO_CHANGE = 1
    ROS_TIME_ACTIVATED = 2
    ROS_TIME_DEACTIVATED = 3
    SYSTEM_TIME_NO_CHANGE = 4


class JumpThreshold:
    """Which jumps a callback wants to hear of."""

    def __init__(
        self,
        *,
        min_forward: Duration | None,
        min_backward: Duration | None,
        on_clock_change: bool = True,
    ) -> None:
        if min_forward is not None and min_forward.nanoseconds <= 0:
            raise ValueError("min_forward must be a positive non-zero duration")
        if min_backward is not None and min_backward.nanoseconds >= 0:
            raise ValueError("min_backward must be a negative non-zero duration")
        if min_forward is None and min_backward is None and not on_clock_change:
            raise ValueError("At least one jump threshold must be enabled")
        self.min_forward = min_forward
        self.min_backward = min_backward
        self.on_clock_change = on_clock_change


class TimeJump:
    """A jump that happened."""

    def __init__(self, clock_change: ClockChange, delta: Duration) -> None:
        self._clock_change = clock_change
        self._delta = delta

    @property
    def clock_change(self) -> ClockChange:
        """What happened to the source of time."""
        return self._clock_change

    @property
    def delta(self) -> Duration:
        """New time minus old time."""
        return self._delta


class JumpHandle:
    """Registration of jump callbacks; ``unregister`` ends it."""

    def __init__(
        self,
        *,
        clock: Clock,
        threshold: JumpThreshold,
        pre_callback: Callable[[], Any] | None,
        post_callback: Callable[[TimeJump], Any] | None,
    ) -> None:
        if pre_callback is None and post_callback is None:
            raise ValueError("One of pre_callback or post_callback must be callable")
        if pre_callback is not None and not callable(pre_callback):
            raise ValueError("pre_callback must be callable if given")
        if post_callback is not None and not callable(post_callback):
            raise ValueError("post_callback must be callable if given")
        self._clock: Clock | None = clock
        self._threshold = threshold
        self.pre_callback = pre_callback
        self.post_callback = post_callback
        clock._jump_handles.append(self)

    def wants(self, jump: TimeJump) -> bool:
        """Whether the threshold asks for this jump."""
        limits = self._threshold
        if jump.clock_change in (
            ClockChange.ROS_TIME_ACTIVATED, ClockChange.ROS_TIME_DEACTIVATED
        ):  # fmt: skip
            return limits.on_clock_change
        delta = jump.delta.nanoseconds
        forward, backward = limits.min_forward, limits.min_backward
        return (forward is not None and delta >= forward.nanoseconds) or (
            backward is not None and delta <= backward.nanoseconds
        )

    def unregister(self) -> None:
        """Stop calling the callbacks."""
        if self._clock is not None:
            with suppress(ValueError):
                self._clock._jump_handles.remove(self)
            self._clock = None

    def __enter__(self) -> JumpHandle:
        return self

    def __exit__(self, *args: object) -> None:
        self.unregister()


class Clock:
    """Tells the time; ``Clock(clock_type=ClockType.ROS_TIME)`` makes a :class:`ROSClock`."""

    def __new__(cls, *, clock_type: ClockType = ClockType.SYSTEM_TIME) -> Clock:
        """Choose the class for the type."""
        if not isinstance(clock_type, ClockType):
            raise TypeError("Clock type must be a ClockType enum")
        if clock_type is ClockType.ROS_TIME:
            return super().__new__(ROSClock)
        return super().__new__(cls)

    def __init__(self, *, clock_type: ClockType = ClockType.SYSTEM_TIME) -> None:
        self._clock_type = clock_type
        self._jump_handles: list[JumpHandle] = []
        self._override_ns: int | None = None
        self._watchers: weakref.WeakSet[Any] = weakref.WeakSet()
        self._changed = threading.Condition()

    @property
    def clock_type(self) -> ClockType:
        """Which time this clock tells."""
        return self._clock_type

    def __repr__(self) -> str:
        return f"Clock(clock_type={self.clock_type.name})"

    def _now_ns(self) -> int:
        if self._override_ns is not None:
            return self._override_ns
        if self._clock_type is ClockType.STEADY_TIME:
            return time.monotonic_ns()
        return time.time_ns()

    def now(self) -> Time:
        """Return the current time."""
        return Time(nanoseconds=self._now_ns(), clock_type=self._clock_type)

    def create_jump_callback(
        self,
        threshold: JumpThreshold,
        *,
        pre_callback: Callable[[], Any] | None = None,
        post_callback: Callable[[TimeJump], Any] | None = None,
    ) -> JumpHandle:
        """Register callbacks for time jumps.

        Args:
            threshold: Which jumps count.
            pre_callback: Called before the time changes.
            post_callback: Called with the jump after it.
        """
        return JumpHandle(
            clock=self,
            threshold=threshold,
            pre_callback=pre_callback,
            post_callback=post_callback,
        )

    def sleep_until(self, until: Time, context: Any = None) -> bool:
        """Sleep until a time of this clock.

        Returns:
            False where the context was shut down, or time was switched between system and
            simulated, before the time came.
        """
        from rclpy.utilities import get_default_context

        context = context or get_default_context()
        if not context.ok():
            raise NotInitializedException()
        if until.clock_type != self.clock_type:
            raise ValueError("until's clock type does not match this clock's type")
        simulated = self._override_ns is not None

        def wake() -> None:
            with self._changed:
                self._changed.notify_all()

        context._shutdown_listeners.add(wake)
        try:
            with self._changed:
                while context.ok() and (self._override_ns is not None) == simulated:
                    remaining = until.nanoseconds - self._now_ns()
                    if remaining <= 0:
                        return True
                    self._changed.wait(None if simulated else remaining / 1e9)
        finally:
            context._shutdown_listeners.discard(wake)
        return False

    def sleep_for(self, rel_time: Duration, context: Any = None) -> bool:
        """Sleep for a span of this clock's time; see :meth:`sleep_until`."""
        return self.sleep_until(self.now() + rel_time, context)


class ROSClock(Clock):
    """ROS time: the system's, or what :class:`rclpy.time_source.TimeSource` sets."""

    def __new__(cls) -> ROSClock:
        """Make a ROS time clock."""
        return object.__new__(cls)

    def __init__(self, *, clock_type: ClockType = ClockType.ROS_TIME) -> None:
        super().__init__(clock_type=clock_type)
        self._last_set_ns = 0

    @property
    def ros_time_is_active(self) -> bool:
        """Whether simulated time drives this clock."""
        return self._override_ns is not None

    def _set_ros_time_is_active(self, enabled: bool) -> None:
        if enabled == self.ros_time_is_active:
            return
        change = ClockChange.ROS_TIME_ACTIVATED if enabled else ClockChange.ROS_TIME_DEACTIVATED
        self._change(self._last_set_ns if enabled else None, change)

    def set_ros_time_override(self, time: Time) -> None:
        """Set the simulated time (it shows while ROS time is active)."""
        if not isinstance(time, Time):
            raise TypeError("Time must be specified as rclpy.time.Time")
        self._last_set_ns = time.nanoseconds
        if self.ros_time_is_active:
            self._change(time.nanoseconds, ClockChange.ROS_TIME_NO_CHANGE)

    def _change(self, new_ns: int | None, change: ClockChange) -> None:
        before = self._now_ns()
        target = time.time_ns() if new_ns is None else new_ns
        jump = TimeJump(change, Duration(nanoseconds=target - before))
        concerned = [handle for handle in list(self._jump_handles) if handle.wants(jump)]
        for handle in concerned:
            if handle.pre_callback is not None:
                handle.pre_callback()
        with self._changed:
            self._override_ns = new_ns
            self._changed.notify_all()
        for watcher in list(self._watchers):
            watcher.clock_changed(jump.delta.nanoseconds)
        for handle in concerned:
            if handle.post_callback is not None:
                handle.post_callback(jump)
