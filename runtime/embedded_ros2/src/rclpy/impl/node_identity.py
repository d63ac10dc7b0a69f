"""The identity part of a node: names, logger, clock, executor, lists of entities."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.client import Client
from rclpy.clock import Clock
from rclpy.context import Context
from rclpy.guard_condition import GuardCondition
from rclpy.impl import names
from rclpy.impl.arguments import Remap
from rclpy.impl.discovery import LocalNode
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.impl.rosout import RosoutPublisher
from rclpy.publisher import Publisher
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.timer import Rate, Timer


class NodeIdentity:
    """Base of the parts of :class:`rclpy.node.Node`, with the state that they share."""

    _context: Context
    _destroyed: bool
    _executor_ref: Any
    _publishers: list[Publisher]
    _subscriptions: list[Subscription]
    _clients: list[Client]
    _services: list[Service]
    _timers: list[Timer]
    _guards: list[GuardCondition]
    _waitables: list[Any]
    _rates: dict[Rate, Timer]
    _default_callback_group: CallbackGroup
    _clock: Clock
    _logger: RcutilsLogger
    _graph_entry: LocalNode
    _rosout: RosoutPublisher | None
    _name: str
    _namespace: str
    _remaps: list[Remap]

    @property
    def context(self) -> Context:
        """Context it belongs to."""
        return self._context

    @property
    def default_callback_group(self) -> CallbackGroup:
        """Group of entities that name none."""
        return self._default_callback_group

    @property
    def handle(self) -> NodeIdentity:
        """Stands where real rclpy has its C handle."""
        return self

    @property
    def publishers(self) -> Iterator[Publisher]:
        """Its publishers."""
        yield from self._publishers

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        """Its subscriptions."""
        yield from self._subscriptions

    @property
    def clients(self) -> Iterator[Client]:
        """Its clients."""
        yield from self._clients

    @property
    def services(self) -> Iterator[Service]:
        """Its services."""
        yield from self._services

    @property
    def timers(self) -> Iterator[Timer]:
        """Its timers."""
        yield from self._timers

    @property
    def guards(self) -> Iterator[GuardCondition]:
        """Its guard conditions."""
        yield from self._guards

    @property
    def waitables(self) -> Iterator[Any]:
        """Its other waitable entities."""
        yield from self._waitables

    @property
    def executor(self) -> Any:
        """Executor that runs it, or None."""
        return self._executor_ref() if self._executor_ref is not None else None

    @executor.setter
    def executor(self, new_executor: Any) -> None:
        current = self.executor
        if current is new_executor:
            return
        if current is not None:
            current.remove_node(self)
        self._executor_ref = None
        if new_executor is not None:
            self._executor_ref = weakref.ref(new_executor)
            new_executor.add_node(self)

    def _wake_executor(self) -> None:
        executor = self.executor
        if executor is not None:
            executor.wake()

    def _entities_changed(self) -> None:
        executor = self.executor
        if executor is not None:
            executor._work.invalidate()

    def get_name(self) -> str:
        """Name without namespace."""
        return self._name

    def get_namespace(self) -> str:
        """Namespace, starting with ``/``."""
        return self._namespace

    def get_fully_qualified_name(self) -> str:
        """Namespace and name."""
        return f"{self._namespace.rstrip('/')}/{self._name}"

    def get_clock(self) -> Clock:
        """ROS time clock."""
        return self._clock

    def get_logger(self) -> RcutilsLogger:
        """Logger named like the node."""
        return self._logger

    def resolve_topic_name(self, topic: str, *, only_expand: bool = False) -> str:
        """Absolute, remapped name of a topic."""
        return self._resolve(topic, False, only_expand)

    def resolve_service_name(self, service: str, *, only_expand: bool = False) -> str:
        """Absolute, remapped name of a service."""
        return self._resolve(service, True, only_expand)

    def _resolve(self, name: str, is_service: bool, only_expand: bool = False) -> str:
        full = names.expand(name, self._name, self._namespace, is_service=is_service)
        if only_expand:
            return full
        return names.remap(full, self._name, self._namespace, self._remaps, is_service=is_service)
