"""Futures and tasks that an executor runs."""

from __future__ import annotations

import inspect
import threading
import warnings
import weakref
from collections.abc import Callable, Coroutine, Generator
from typing import Any


class Future:
    """The outcome of something that is not finished yet."""

    def __init__(self, *, executor: Any = None) -> None:
        self._done = False
        self._cancelled = False
        self._result: Any = None
        self._exception: BaseException | None = None
        self._exception_fetched = False
        self._callbacks: list[Callable[[Future], Any]] = []
        self._lock = threading.Lock()
        self._executor: Callable[[], Any] = lambda: None
        self._set_executor(executor)

    def __del__(self) -> None:
        if getattr(self, "_exception", None) is not None and not self._exception_fetched:
            warnings.warn(
                f"The following exception was never retrieved: {self._exception}", stacklevel=1
            )

    def __await__(self) -> Generator[Any, None, Any]:
        while not self._done and not self._cancelled:
            yield self
        return self.result()

    def _pending(self) -> bool:
        return not self._done and not self._cancelled

    def cancel(self) -> None:
        """Cancel; a finished future stays as it is."""
        with self._lock:
            if not self._done:
                self._cancelled = True
        self._schedule_or_invoke_done_callbacks()

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def done(self) -> bool:
        """Whether a result or an exception is there."""
        return self._done

    def result(self) -> Any:
        """Return the result (None while there is none); raise the exception if that is it."""
        if self._exception is not None:
            self._exception_fetched = True
            raise self._exception
        return self._result

    def exception(self) -> BaseException | None:
        """Return the exception, if that is the outcome."""
        self._exception_fetched = True
        return self._exception

    def set_result(self, result: Any) -> None:
        """Set the result."""
        with self._lock:
            self._result = result
            self._done = True
            self._cancelled = False
        self._schedule_or_invoke_done_callbacks()

    def set_exception(self, exception: BaseException) -> None:
        """Set an exception as the outcome."""
        with self._lock:
            self._exception = exception
            self._exception_fetched = False
            self._done = True
            self._cancelled = False
        self._schedule_or_invoke_done_callbacks()

    def _schedule_or_invoke_done_callbacks(self) -> None:
        with self._lock:
            callbacks, self._callbacks = self._callbacks, []
        executor = self._executor()
        for callback in callbacks:
            self._run_callback(executor, callback)

    def _run_callback(self, executor: Any, callback: Callable[[Future], Any]) -> None:
        if executor is not None and not getattr(callback, "_rclpy_internal", False):
            executor.create_task(callback, self)
            return
        try:
            callback(self)
        except Exception as error:
            warnings.warn(f"Unhandled exception in done callback: {error}", stacklevel=1)

    def _set_executor(self, executor: Any) -> None:
        self._executor = (lambda: None) if executor is None else weakref.ref(executor)

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Call ``callback(future)`` when done, at once where it already is."""
        with self._lock:
            if self._pending():
                self._callbacks.append(callback)
                return
        self._run_callback(self._executor(), callback)

    def remove_done_callback(self, callback: Callable[[Future], Any]) -> bool:
        """Remove a callback; tells whether it was there."""
        with self._lock:
            before = len(self._callbacks)
            self._callbacks = [known for known in self._callbacks if known != callback]
            return len(self._callbacks) != before


class Task(Future):
    """A function or coroutine that an executor runs step by step.

    A coroutine that awaits a future sleeps until that future is done; nothing polls it.
    """

    def __init__(
        self,
        handler: Callable[..., Any] | Coroutine[Any, Any, Any],
        args: Any = None,
        kwargs: Any = None,
        executor: Any = None,
    ) -> None:
        super().__init__(executor=executor)
        self._args = args or []
        self._kwargs = kwargs or {}
        if inspect.iscoroutinefunction(handler):
            self._handler: Any = handler(*self._args, **self._kwargs)
        else:
            self._handler = handler
        self._executing = False
        self._task_lock = threading.Lock()
        self._reschedule: Callable[[Task], None] | None = None

    def __call__(self) -> None:
        """Run, or continue until the next unfinished ``await``."""
        if not self._pending() or not self._task_lock.acquire(blocking=False):
            return
        waits_for: Any = None
        finished = True
        try:
            self._executing = True
            if inspect.iscoroutine(self._handler):
                try:
                    waits_for = self._handler.send(None)
                    finished = False
                except StopIteration as stop:
                    self.set_result(stop.value)
            else:
                outcome = self._handler(*self._args, **self._kwargs)
                self.set_result(outcome)
        except Exception as error:
            self.set_exception(error)
        finally:
            self._executing = False
            self._task_lock.release()
        if not finished:
            self._sleep_until(waits_for)

    def _sleep_until(self, waits_for: Any) -> None:
        def wake(_: Any) -> None:
            if self._reschedule is not None:
                self._reschedule(self)

        wake._rclpy_internal = True  # type: ignore[attr-defined]
        if isinstance(waits_for, Future):
            waits_for.add_done_callback(wake)
        else:
            wake(None)

    def executing(self) -> bool:
        """Whether it runs right now."""
        return self._executing

    def cancel(self) -> None:
        """Cancel; a coroutine is closed."""
        if inspect.iscoroutine(self._handler) and self._pending() and not self._executing:
            self._handler.close()
        super().cancel()
