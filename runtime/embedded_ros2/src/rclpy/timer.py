"""Timers and rates."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.exceptions import InvalidHandle, ROSInterruptException
from rclpy.impl.entity import Entity, waker_of
from rclpy.time import Time


class TimerInfo:
    """When a timer was due and when it was called; passed to callbacks that ask for it."""

    def __init__(
        self,
        *,
        expected_call_time: int = 0,
        actual_call_time: int = 0,
        clock_type: ClockType = ClockType.SYSTEM_TIME,
    ) -> None:
        self._expected = Time(nanoseconds=expected_call_time, clock_type=clock_type)
        self._actual = Time(nanoseconds=actual_call_time, clock_type=clock_type)

    @property
    def expected_call_time(self) -> Time:
        """When the call was due."""
        return self._expected

    @property
    def actual_call_time(self) -> Time:
        """When the call was made."""
        return self._actual


class Timer(Entity):
    """Calls back periodically by its clock; made by ``Node.create_timer``."""

    def __init__(
        self,
        callback: Callable[..., Any] | None,
        callback_group: Any,
        timer_period_ns: int,
        clock: Clock,
        *,
        context: Any = None,
        autostart: bool = True,
    ) -> None:
        super().__init__(callback_group)
        if timer_period_ns < 0:
            raise ValueError("timer period must be non-negative")
        self._clock = clock
        self._period = int(timer_period_ns)
        self._lock = threading.Lock()
        self._last_call = clock._now_ns()
        self._next_call = self._last_call + self._period
        self._canceled = not autostart
        self._wake: Callable[[], None] = lambda: None
        self.callback = callback
        clock._watchers.add(self)

    @property
    def callback(self) -> Callable[..., Any] | None:
        """Function that is called."""
        return self._callback

    @callback.setter
    def callback(self, value: Callable[..., Any] | None) -> None:
        self._callback = value
        self._info_name = None
        if value is None:
            return
        try:
            parameters = inspect.signature(value).parameters.values()
        except (TypeError, ValueError):
            return
        for parameter in parameters:
            if parameter.annotation in (TimerInfo, "TimerInfo"):
                self._info_name = parameter.name

    def _set_node(self, node: Any) -> None:
        self._wake = waker_of(node)

    @property
    def clock(self) -> Clock:
        """Clock it runs by."""
        return self._clock

    @property
    def timer_period_ns(self) -> int:
        """Period in nanoseconds."""
        return self._period

    @timer_period_ns.setter
    def timer_period_ns(self, value: int) -> None:
        value = int(value)
        with self._lock:
            self._next_call += value - self._period
            self._period = value
        self._wake()

    def clock_changed(self, delta_ns: int) -> None:
        """Follow a change of simulated time; a jump back restarts the period."""
        if delta_ns < 0:
            with self._lock:
                now = self._clock._now_ns()
                if now < self._last_call:
                    self._last_call = now
                    self._next_call = now + self._period
        self._wake()

    def is_ready(self) -> bool:
        """Whether the next call is due."""
        return not self._canceled and self._clock._now_ns() >= self._next_call

    def is_canceled(self) -> bool:
        """Whether it was canceled."""
        return self._canceled

    def cancel(self) -> None:
        """Make no more calls until :meth:`reset`."""
        self._check_alive()
        self._canceled = True

    def reset(self) -> None:
        """Start a full period from now, also after :meth:`cancel`."""
        self._check_alive()
        with self._lock:
            self._next_call = self._clock._now_ns() + self._period
            self._canceled = False
        self._wake()

    def time_since_last_call(self) -> int:
        """Nanoseconds since the last call."""
        self._check_alive()
        return self._clock._now_ns() - self._last_call

    def time_until_next_call(self) -> int | None:
        """Nanoseconds until the next call (negative when late), None when canceled."""
        self._check_alive()
        return None if self._canceled else self._next_call - self._clock._now_ns()

    def _wait_ns(self) -> int | None:
        """How long an executor may sleep for this timer; None where only an event ends it."""
        if self._canceled or self._clock._override_ns is not None:
            return None
        return self._next_call - self._clock._now_ns()

    def _begin(self, executor: Any) -> Any:
        arguments = self._take()
        if arguments is None or self._callback is None:
            return None
        outcome = self._callback(**arguments)
        return outcome if isinstance(outcome, CoroutineType) else None

    def _take(self) -> dict[str, Any] | None:
        """Mark one call made, skipping periods that were missed; its keyword arguments."""
        with self._lock:
            now = self._clock._now_ns()
            if self._canceled or now < self._next_call or self._destroyed:
                return None
            expected = self._next_call
            self._last_call = now
            self._next_call += self._period
            if self._next_call < now:
                if self._period:
                    missed = 1 + (now - self._next_call) // self._period
                    self._next_call += missed * self._period
                else:
                    self._next_call = now
        if self._info_name is None:
            return {}
        info = TimerInfo(
            expected_call_time=expected,
            actual_call_time=now,
            clock_type=self._clock.clock_type,
        )
        return {self._info_name: info}

    def destroy(self) -> None:
        """Make no more calls; prefer ``Node.destroy_timer``."""
        super().destroy()
        self._clock._watchers.discard(self)


class Rate:
    """Sleeps until a timer's next call; the node must be spun by another thread."""

    def __init__(self, timer: Timer, *, context: Any) -> None:
        self._clock = timer.clock
        self._timer = timer
        self._context = context
        self._ticks = 0
        self._condition = threading.Condition()
        self._is_shutdown = False
        self._is_destroyed = False
        timer.callback = self._tick
        context.on_shutdown(self._shutdown)

    def _tick(self) -> None:
        with self._condition:
            self._ticks += 1
            self._condition.notify_all()

    def _shutdown(self) -> None:
        with self._condition:
            self._is_shutdown = True
            self._condition.notify_all()

    def destroy(self) -> None:
        """End all sleepers."""
        with self._condition:
            self._is_destroyed = True
            self._condition.notify_all()

    def sleep(self) -> None:
        """Sleep until the next tick.

        Raises:
            ROSInterruptException: The context was shut down.
            InvalidHandle: The rate was destroyed.
        """
        with self._condition:
            if self._is_shutdown or not self._context.ok():
                raise ROSInterruptException()
            if self._is_destroyed:
                raise InvalidHandle("Rate cannot sleep because it has been destroyed")
            if not self._timer.time_until_next_call():
                self._timer.reset()
            start = self._ticks
            while self._ticks == start and not self._is_shutdown and not self._is_destroyed:
                self._condition.wait()
            if self._is_shutdown:
                raise ROSInterruptException()
            if self._is_destroyed:
                raise InvalidHandle("rclpy.timer.Rate has been destroyed")
