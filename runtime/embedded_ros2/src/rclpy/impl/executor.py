"""What all executors do: they wait for work and run callbacks and tasks."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.impl.ready import (
    ConditionReachedException,
    ExternalShutdownException,
    ReadyWork,
    ShutdownException,
    TimeoutException,
)
from rclpy.signals import SignalHandlerGuardCondition
from rclpy.task import Future, Task
from rclpy.utilities import get_default_context, timeout_sec_to_nsec


class Executor:
    """Base class: keeps nodes, finds ready work. Subclasses say who runs it."""

    __module__ = "rclpy.executors"  # Where users import it from.

    def __init__(self, *, context: Any = None) -> None:
        self._context = context or get_default_context()
        self._nodes: list[Any] = []
        self._nodes_lock = threading.RLock()
        self._tasks_lock = threading.Lock()
        self._ready_tasks: deque[tuple[Task, Any, Any]] = deque()
        self._asleep: dict[Task, tuple[Any, Any]] = {}
        self._is_shutdown = False
        self._work = ReadyWork(self)
        self._found: deque[tuple[Any, Any]] = deque()  # Ready, and not yet run in this round.
        self._found_for: Any = None
        self._turns: int | None = None  # Tasks that are left of this round, None between rounds.
        self._running = 0
        self._running_lock = threading.Lock()
        self._idle = threading.Condition(self._running_lock)
        self._inside: list[int] = []  # Threads that run callbacks, once for each callback.
        self._signal_guard = SignalHandlerGuardCondition(self)
        self._context.on_shutdown(self.wake)

    @property
    def context(self) -> Any:
        """Context it belongs to."""
        return self._context

    # Nodes

    def add_node(self, node: Any) -> bool:
        """Run a node's callbacks; False where it is in already."""
        with self._nodes_lock:
            if node in self._nodes:
                return False
            self._nodes.append(node)
            node.executor = self
        self._work.invalidate()
        return True

    def remove_node(self, node: Any) -> None:
        """Run a node's callbacks no longer."""
        with self._nodes_lock:
            if node in self._nodes:
                self._nodes.remove(node)
        self._work.invalidate()

    def get_nodes(self) -> list[Any]:
        """Nodes that were added."""
        with self._nodes_lock:
            return list(self._nodes)

    def wake(self) -> None:
        """Look for work anew. Safe from any thread."""
        self._work.wake()

    # Tasks

    def create_task(self, callback: Any, *args: Any, **kwargs: Any) -> Task:
        """Run a function or coroutine function in the executor; returns its future."""
        task = Task(callback, args, kwargs, executor=self)
        self._schedule(task, None, None)
        return task

    def create_future(self) -> Future:
        """Make a future whose done-callbacks run in this executor."""
        return Future(executor=self)

    def _schedule(self, task: Task, entity: Any, node: Any) -> None:
        task._reschedule = self._resume
        with self._tasks_lock:
            self._ready_tasks.append((task, entity, node))
        self.wake()

    def _resume(self, task: Task) -> None:
        with self._tasks_lock:
            entity, node = self._asleep.pop(task, (None, None))
            self._ready_tasks.append((task, entity, node))
        self.wake()

    def _run_task(self, task: Task, entity: Any, node: Any) -> None:
        """Run one step; raises what the callback raised."""
        with self._tasks_lock:
            self._asleep[task] = (entity, node)
        task()
        if task._pending():
            return
        with self._tasks_lock:
            self._asleep.pop(task, None)
        task.result()

    # Running callbacks

    def _execute(self, entity: Any, node: Any) -> None:
        """Take what an entity has and run its callback; raises what the callback raises."""
        group = entity.callback_group
        if group is not None and not group.beginning_execution(entity):
            entity._executor_event = False
            self._finish()
            return
        coroutine = None
        thread = threading.get_ident()
        self._inside.append(thread)
        try:
            coroutine = entity._begin(self)
            if coroutine is not None:
                self._continue(coroutine, entity, node)
        finally:
            self._inside.remove(thread)
            if coroutine is None:
                self._end(entity)

    def _continue(self, coroutine: Any, entity: Any, node: Any) -> None:
        """Run a coroutine callback; its entity stays busy until it has finished."""
        task = Task(coroutine, executor=self)
        task._reschedule = self._resume

        def end(_: Future) -> None:
            self._end(entity)

        end._rclpy_internal = True  # type: ignore[attr-defined]
        task.add_done_callback(end)
        self._run_task(task, entity, node)

    def _end(self, entity: Any) -> None:
        entity._executor_event = False
        if entity.callback_group is not None:
            entity.callback_group.ending_execution(entity)
        self._finish()

    def _finish(self) -> None:
        with self._running_lock:
            self._running -= 1
            if self._is_shutdown:
                self._idle.notify_all()
        self._work.finished()

    def _next(
        self, timeout_sec: float | None, nodes: Any, condition: Callable[[], bool] | None
    ) -> tuple[Task | None, Any, Any]:
        """Wait for one piece of work: (task, entity, node); an entity is claimed with it.

        Work comes in rounds, so that neither tasks nor entities starve: the tasks that are ready,
        then the entities that are.
        """
        if self._found_for != nodes:
            self._found.clear()
            self._found_for = nodes
        deadline = None
        if timeout_sec is not None and timeout_sec >= 0:
            deadline = time.monotonic_ns() + timeout_sec_to_nsec(timeout_sec)
        ran_tasks = False
        while True:
            while self._found:
                entity, node = self._found.popleft()
                if not entity._executor_event:
                    # Claimed here, so that it is not found again before a thread gets to it.
                    entity._executor_event = True
                    with self._running_lock:
                        self._running += 1
                    return None, entity, node
            if self._turns is None:
                if self._is_shutdown:
                    raise ShutdownException()
                if not self._context._ok:
                    raise ExternalShutdownException()
                if condition is not None and condition():
                    raise ConditionReachedException()
                self._turns = len(self._ready_tasks)
            elif not self._turns:
                ran_tasks = True
            while self._turns:
                self._turns -= 1
                with self._tasks_lock:
                    if self._ready_tasks:
                        return self._ready_tasks.popleft()
            self._turns = None
            remaining = None if deadline is None else max(deadline - time.monotonic_ns(), 0)
            if ran_tasks or self._ready_tasks or (condition is not None and condition()):
                remaining = 0
            self._found.extend(self._work.ready(remaining, nodes))
            idle = not self._found and not ran_tasks
            if idle and deadline is not None and time.monotonic_ns() >= deadline:
                raise TimeoutException()
            ran_tasks = False

    def wait_for_ready_callbacks(
        self,
        timeout_sec: float | None = None,
        nodes: Any = None,
        condition: Callable[[], bool] = lambda: False,
    ) -> tuple[Callable[[], None], Any, Any]:
        """Wait for one piece of work.

        Returns:
            (function that runs it, entity or None, node or None).

        Raises:
            TimeoutException: Nothing came in time.
            ShutdownException: The executor was shut down.
            ExternalShutdownException: The context was shut down.
            ConditionReachedException: ``condition`` became true.
        """
        task, entity, node = self._next(timeout_sec, nodes, condition)
        if task is not None:
            return lambda: self._run_task(task, entity, node), entity, node
        return lambda: self._execute(entity, node), entity, node

    # Spinning

    def spin(self) -> None:
        """Run callbacks until the context or the executor is shut down."""
        while self._context.ok() and not self._is_shutdown:
            self.spin_once()

    def spin_until_future_complete(self, future: Future, timeout_sec: float | None = None) -> None:
        """Run callbacks until a future is done or the time is over."""

        def wake(_: Future) -> None:
            self.wake()

        wake._rclpy_internal = True  # type: ignore[attr-defined]
        future.add_done_callback(wake)
        deadline = None
        if timeout_sec is not None and timeout_sec >= 0:
            deadline = time.monotonic() + timeout_sec
        while self._context.ok() and future._pending() and not self._is_shutdown:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left < 0:
                return
            self.spin_once_until_future_complete(future, left)

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and run it, or have it run by another thread."""
        self._once(timeout_sec, None)

    def spin_once_until_future_complete(
        self, future: Future, timeout_sec: float | None = None
    ) -> None:
        """As :meth:`spin_once`, and return when the future is done."""
        self._once(timeout_sec, lambda: not future._pending())

    def _once(self, timeout_sec: float | None, condition: Callable[[], bool] | None) -> None:
        """Wait for one callback or the condition, and see that the callback is run."""
        raise NotImplementedError()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """Run no more callbacks and wait for those that run.

        Returns:
            False where some still ran after the time-out.
        """
        self._is_shutdown = True
        self.wake()
        limit = None if timeout_sec is None or timeout_sec < 0 else timeout_sec
        own = self._inside.count(threading.get_ident())  # A callback must not wait for itself.
        with self._idle:
            if not self._idle.wait_for(lambda: self._running <= own, limit):
                return False
        with self._nodes_lock:
            self._nodes = []
        self._signal_guard.destroy()
        self._work.close()
        return True

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
