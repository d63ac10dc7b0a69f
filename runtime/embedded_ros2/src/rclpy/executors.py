"""Executors: they run callbacks on one thread or several."""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future as PoolFuture
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rclpy.impl.executor import Executor
from rclpy.impl.ready import (
    ConditionReachedException,
    ExternalShutdownException,
    ShutdownException,
    TimeoutException,
)

__all__ = ["ConditionReachedException", "Executor", "ExternalShutdownException",
           "MultiThreadedExecutor", "ShutdownException", "SingleThreadedExecutor",
           "TimeoutException", "await_or_execute"]  # fmt: skip


async def await_or_execute(callback: Callable[..., Any], *args: Any) -> Any:
    """Await a coroutine function, call any other."""
    if inspect.iscoroutinefunction(callback):
        return await callback(*args)
    return callback(*args)


class SingleThreadedExecutor(Executor):
    """Runs callbacks in the thread that spins."""

    def _once(self, timeout_sec: float | None, condition: Callable[[], bool] | None) -> None:
        try:
            task, entity, node = self._next(timeout_sec, None, condition)
        except (ShutdownException, TimeoutException, ConditionReachedException):
            return
        if task is None:
            self._execute(entity, node)
        else:
            self._run_task(task, entity, node)


class MultiThreadedExecutor(Executor):
    """Runs callbacks in a pool of threads."""

    def __init__(self, num_threads: int | None = None, *, context: Any = None) -> None:
        super().__init__(context=context)
        if num_threads is None:
            num_threads = len(os.sched_getaffinity(0)) or 1
            num_threads = max(num_threads, 2)
        self._pool = ThreadPoolExecutor(num_threads, thread_name_prefix="ros_callback")
        self._failures: deque[BaseException] = deque()

    def _collect(self, done: PoolFuture[None]) -> None:
        error = done.exception() if not done.cancelled() else None
        if error is not None:
            self._failures.append(error)
            self.wake()

    def _once(self, timeout_sec: float | None, condition: Callable[[], bool] | None) -> None:
        def stop() -> bool:
            return bool(self._failures) or (condition is not None and condition())

        try:
            handler, _, _ = self.wait_for_ready_callbacks(timeout_sec, None, stop)
        except (ShutdownException, TimeoutException, ConditionReachedException):
            pass
        else:
            try:
                self._pool.submit(handler).add_done_callback(self._collect)
            except RuntimeError:
                if not self._is_shutdown:  # It came while another thread shut us down.
                    raise
        if self._failures:
            raise self._failures.popleft()

    def shutdown(self, timeout_sec: float | None = None, *, wait_for_threads: bool = True) -> bool:
        """Run no more callbacks; wait for those that run and for the pool."""
        success = super().shutdown(timeout_sec)
        self._pool.shutdown(wait=wait_for_threads and success)
        return success
