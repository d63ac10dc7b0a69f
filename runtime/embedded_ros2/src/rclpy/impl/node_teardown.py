"""The closing part of a node: entities and the node itself are destroyed."""

from __future__ import annotations

from typing import Any

from rclpy.client import Client
from rclpy.guard_condition import GuardCondition
from rclpy.impl.node_identity import NodeIdentity
from rclpy.publisher import Publisher
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.timer import Rate, Timer


class NodeTeardown(NodeIdentity):
    """Part of :class:`rclpy.node.Node`."""

    def _remove(self, entities: list[Any], entity: Any, *endpoints: Any) -> bool:
        if entity not in entities:
            return False
        entities.remove(entity)
        for handler in getattr(entity, "event_handlers", ()):
            if handler in self._waitables:
                self._waitables.remove(handler)
        if endpoints:
            self._context.graph_change(self._graph_entry, endpoints)
        entity.destroy()
        self._entities_changed()
        return True

    def destroy_publisher(self, publisher: Publisher) -> bool:
        """Stop publishing; False where it is not this node's."""
        return self._remove(self._publishers, publisher, publisher._writer)

    def destroy_subscription(self, subscription: Subscription) -> bool:
        """Stop receiving; False where it is not this node's."""
        return self._remove(self._subscriptions, subscription, subscription._reader)

    def destroy_client(self, client: Client) -> bool:
        """Stop calling; False where it is not this node's."""
        return self._remove(self._clients, client, client._reader, client._writer)

    def destroy_service(self, service: Service) -> bool:
        """Stop answering; False where it is not this node's."""
        return self._remove(self._services, service, service._reader, service._writer)

    def destroy_timer(self, timer: Timer) -> bool:
        """Make no more calls; False where it is not this node's."""
        return self._remove(self._timers, timer)

    def destroy_guard_condition(self, guard: GuardCondition) -> bool:
        """Remove a guard condition; False where it is not this node's."""
        return self._remove(self._guards, guard)

    def destroy_rate(self, rate: Rate) -> bool:
        """End a rate and its sleepers; False where it is not this node's."""
        timer = self._rates.pop(rate, None)
        if timer is None:
            return False
        rate.destroy()
        return self.destroy_timer(timer)

    def destroy_node(self) -> None:
        """Destroy all entities and leave the graph. The node must not be used after."""
        if self._destroyed:
            return
        self._destroyed = True
        self.executor = None
        if self._rosout is not None:
            self._rosout.close()
        self._parameter_event_publisher = None
        for rate in list(self._rates):
            self.destroy_rate(rate)
        for entities in (self._publishers, self._subscriptions, self._clients, self._services,
                         self._timers, self._guards, self._waitables):  # fmt: skip
            for entity in list(entities):
                entity.destroy()
            entities.clear()
        self._context.leave_graph(self._graph_entry)
        self._context.untrack_node(self)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: object) -> None:
        self.destroy_node()
