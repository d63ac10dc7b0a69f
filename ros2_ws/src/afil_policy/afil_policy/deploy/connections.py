"""Topics and actions of a node on a robot; rclpy's parts come as arguments.

The policy node and the watchdog have in common what they listen to, and how they send.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from afil_core.commands import Command
from afil_core.endpoints import Introductions
from afil_core.topics import Qos
from afil_policy.deploy.adapters import Goal, Outgoing

# The last word of a process that ends at once must not end with it.
_FINISH_S = 0.5


class Ros(NamedTuple):
    """What of rclpy is needed: classes, and functions that find types by name."""

    qos: Any
    message: Callable[[str], Any]
    action: Callable[[str], Any]
    action_client: Any
    duration: Any


class Connections:
    """Subscriptions, publishers and action clients that come and go together.

    Args:
        node: The node.
        ros: rclpy's parts.
    """

    def __init__(self, node: Any, ros: Ros) -> None:
        self._node, self._ros = node, ros
        self._introductions = Introductions()
        self._inputs: list[Any] = []
        self._outputs: dict[str, Any] = {}
        self._clients: dict[str, Any] = {}

    @property
    def topics(self) -> tuple[str, ...]:
        """Absolute names of the topics that are offered."""
        return tuple(self._outputs)

    def listen(self, topic: str, type_: str, qos: Qos, take: Callable[[bytes], None]) -> None:
        """Subscribe to the bytes of a topic's messages."""
        profile = self._ros.qos(**qos.profile())
        self._inputs.append(
            self._node.create_subscription(
                self._ros.message(type_), topic, lambda cdr: take(bytes(cdr)), profile, raw=True
            )
        )

    def offer(self, commands: Iterable[Command], create: Callable[..., Any]) -> None:
        """Make publishers and action clients of commands.

        Args:
            commands: The commands.
            create: ``create_publisher`` or ``create_lifecycle_publisher`` of the node.
        """
        for command in commands:
            actions = getattr(command, "actions", None)
            if actions is None:
                profile = self._ros.qos(**command.qos.profile())
                message = self._ros.message(command.type)
                self._outputs[command.topic] = create(message, command.topic, profile)
                continue
            for name, type_ in actions.items():
                self._clients[name] = self._ros.action_client(
                    self._node, self._ros.action(type_), name
                )

    def send(self, commands: Iterable[Outgoing | Goal]) -> list[str]:
        """Publish messages and send goals, in their order; nothing is waited for.

        Returns:
            What could not be sent, a sentence each.
        """
        problems = []
        for command in commands:
            if isinstance(command, Outgoing):
                self._outputs[command.topic].publish(command.cdr)
                continue
            client = self._clients[command.topic]
            if not client.server_is_ready():
                problems.append(
                    f"action {command.topic} has no server; start the gripper's driver"
                )
                continue
            goal = self._ros.action(command.type).Goal()
            _fill(goal, command.fields)
            client.send_goal_async(goal)
        return problems

    def finish(self) -> None:
        """Wait until what was published has arrived, for half a second at most."""
        end_s = time.monotonic() + _FINISH_S
        for publisher in self._outputs.values():
            left_s = max(end_s - time.monotonic(), 0.0)
            publisher.wait_for_all_acked(self._ros.duration(seconds=left_s))

    def others(self) -> dict[str, list[str]]:
        """Names of the other nodes that publish on each topic that is offered."""
        own = (self._node.get_name(), self._node.get_namespace())
        found: dict[str, list[str]] = {}
        for topic in self._outputs:
            ends = [
                (end.node_name, end.node_namespace)
                for end in self._introductions.known(
                    self._node.get_publishers_info_by_topic(topic)
                )
            ]
            if own in ends:
                ends.remove(own)
            found[topic] = [f"{space.rstrip('/')}/{name}" for name, space in ends]
        return found

    def close(self) -> None:
        """Take everything back."""
        for subscription in self._inputs:
            self._node.destroy_subscription(subscription)
        name = "destroy_lifecycle_publisher"
        destroy = getattr(self._node, name, self._node.destroy_publisher)
        for publisher in self._outputs.values():
            destroy(publisher)
        for client in self._clients.values():
            client.destroy()
        self._inputs, self._outputs, self._clients = [], {}, {}


def _fill(message: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            _fill(getattr(message, name), value)
        else:
            setattr(message, name, value)
