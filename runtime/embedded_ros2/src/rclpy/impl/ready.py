"""Finds the entities of an executor's nodes that have work, sleeping in DDS until then."""

from __future__ import annotations

import threading
from bisect import bisect
from typing import Any

from rclpy.impl.waitset import Waiter

# Entities in the order they are served; the rank is in the upper part of a token.
_GROUPS = ("_subscriptions", "_clients", "_services", "_waitables")
_RANK = 1 << 40
_LAST_SUBSCRIPTION = _RANK - 1


class TimeoutException(Exception):  # noqa: N818
    """Nothing came in time."""


class ShutdownException(Exception):  # noqa: N818
    """The executor was shut down."""


class ExternalShutdownException(Exception):  # noqa: N818
    """The context was shut down."""

    def __init__(self, *args: Any) -> None:
        super().__init__("The context was shut down" if not args else args[0], *args[1:])


class ConditionReachedException(Exception):  # noqa: N818
    """What was waited for has come."""


for _error in (
    TimeoutException,
    ShutdownException,
    ExternalShutdownException,
    ConditionReachedException,
):
    _error.__module__ = "rclpy.executors"  # Where users import them from and tracebacks name them.


class ReadyWork:
    """Keeps a DDS wait set in step with the entities that may run.

    An entity that may not run now (its callback runs, or its group is busy) is taken out of the
    wait set, so waiting never turns into polling.
    """

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self._waiter: Waiter | None = None
        self._lock = threading.RLock()
        self._stale = True
        self._woken = False
        self._waiting = False
        self._closed = False
        self._timers: list[tuple[Any, Any]] = []
        self._guards: list[tuple[Any, Any]] = []
        self._waited: list[tuple[Any, Any]] = []  # In the order they are served.
        self._tokens: dict[Any, int] = {}
        self._attached: dict[int, tuple[Any, int]] = {}  # token -> (entity, DDS condition)
        self._blocked: set[Any] = set()
        self._by_token: dict[int, tuple[Any, Any]] = {}
        self._next_token = 1

    def invalidate(self) -> None:
        """Nodes or entities changed."""
        self._stale = True
        if self._waiting:
            self.wake()

    def wake(self) -> None:
        """End the current or the next wait."""
        waiter = self._waiter
        if waiter is not None:
            waiter.wake()
        else:
            self._woken = True

    def finished(self) -> None:
        """A callback has ended; whoever was blocked by it may run."""
        if self._waiting:
            self.wake()

    def _rebuild(self) -> None:
        self._stale = False
        nodes = self._executor.get_nodes()
        self._timers = [(t, node) for node in nodes for t in node._timers]
        self._guards = [(g, node) for node in nodes for g in node._guards]
        self._waited = [
            (entity, node)
            for group in _GROUPS
            for node in nodes
            for entity in getattr(node, group)
        ]
        alive = {entity for entity, _ in self._waited}
        for entity in [entity for entity in self._tokens if entity not in alive]:
            self._detach(entity)
            del self._by_token[self._tokens.pop(entity)]
            self._blocked.discard(entity)
        for rank, group in enumerate(_GROUPS):
            for node in nodes:
                for entity in getattr(node, group):
                    if entity not in self._tokens:
                        token = rank * _RANK + self._next_token
                        self._next_token += 1
                        self._tokens[entity] = token
                        self._by_token[token] = (entity, node)
                        self._attach(entity)

    def _attach(self, entity: Any) -> None:
        token, condition = self._tokens[entity], entity._condition
        if token not in self._attached and condition is not None and self._waiter is not None:
            self._waiter.attach(condition, token)
            self._attached[token] = (entity, condition)

    def _detach(self, entity: Any) -> None:
        known = self._attached.pop(self._tokens[entity], None)
        if known is not None and self._waiter is not None:
            self._waiter.detach(known[1])

    @staticmethod
    def _may_run(entity: Any) -> bool:
        group = entity.callback_group
        return not entity._executor_event and (group is None or group.can_execute(entity))

    def _sync(self, nodes: Any) -> None:
        """Bring the wait set in step with what may run."""
        if self._executor._running == 0 and nodes is None:
            for entity in self._blocked:
                self._attach(entity)
            self._blocked = set()
            return
        blocked = set()
        for entity, node in self._waited:
            if self._may_run(entity) and (nodes is None or node in nodes):
                self._attach(entity)
            else:
                blocked.add(entity)
                self._detach(entity)
        self._blocked = blocked

    def ready(self, timeout_ns: int | None, nodes: Any) -> list[tuple[Any, Any]]:
        """Wait until something can run, a wake-up, or the time-out.

        Args:
            timeout_ns: None waits for ever.
            nodes: Only these, or None for all.

        Returns:
            Pairs (entity, node), in rclpy's order: timers, subscriptions, guard conditions,
            clients, services, others.
        """
        with self._lock:
            if self._closed:
                return []
            if self._waiter is None:
                self._waiter = Waiter(self._executor.context.participant)
                self._stale = True
                if self._woken:
                    self._waiter.wake()
            # Marked before looking: a callback that ends from here on wakes the wait.
            self._waiting = True
            if self._stale:
                self._rebuild()
            self._sync(nodes)
            waiter, timeout = self._waiter, self._shorten(timeout_ns, nodes)
        tokens = waiter.wait(timeout)
        self._waiting = False
        if len(tokens) == 1 and nodes is None and not self._timers and not self._guards:
            # The short way: whether it may run is asked once more when it is claimed.
            pair = self._by_token.get(tokens[0])
            return [] if pair is None else [pair]
        return [
            pair
            for pair in self._in_order(tokens)
            if (nodes is None or pair[1] in nodes) and self._may_run(pair[0])
        ]

    def _in_order(self, tokens: list[int]) -> list[tuple[Any, Any]]:
        with self._lock:
            found = [pair for pair in self._timers if pair[0].is_ready()]
            served = sorted(token for token in tokens if token in self._by_token)
            split = bisect(served, _LAST_SUBSCRIPTION)
            found += [self._by_token[token] for token in served[:split]]
            found += [pair for pair in self._guards if pair[0]._triggered]
            found += [self._by_token[token] for token in served[split:]]
        return found

    def _shorten(self, timeout: int | None, nodes: Any) -> int | None:
        for timer, node in self._timers:
            if nodes is not None and node not in nodes:
                continue
            if not self._may_run(timer):
                continue
            if timer._clock._override_ns is not None and timer.is_ready():
                return 0
            wait = timer._wait_ns()
            if wait is not None and (timeout is None or wait < timeout):
                timeout = wait
        for guard, node in self._guards:
            usable = nodes is None or node in nodes
            if usable and guard._triggered and self._may_run(guard):
                return 0
        return timeout

    def close(self) -> None:
        """Free the wait set."""
        with self._lock:
            self._closed = True
            waiter, self._waiter = self._waiter, None
            self._attached.clear()
        if waiter is not None:
            waiter.close()
