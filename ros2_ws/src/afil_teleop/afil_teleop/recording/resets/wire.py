"""What carries a reset's services and messages: a node, which comes as an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class NodeWire:
    """Calls services and publishes messages through an ``rclpy`` node.

    Args:
        node: The node.
        trigger_type: The class ``std_srvs.srv.Trigger``.
        message_class: ``afil_core.process.interfaces.get_message``.
    """

    def __init__(self, node: Any, trigger_type: Any, message_class: Callable[[str], Any]) -> None:
        self._node = node
        self._trigger_type = trigger_type
        self._message_class = message_class
        self._clients: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}

    def prepare(self, topics: Mapping[str, str], services: tuple[str, ...]) -> None:
        """Make what will be used, so that the other side is met by then.

        Args:
            topics: Type by topic.
            services: Names of services.
        """
        for topic, kind in topics.items():
            self._outputs[topic] = self._node.create_publisher(
                self._message_class(kind), topic, 10
            )
        for service in services:
            self._clients[service] = self._node.create_client(self._trigger_type, service)

    def trigger(self, service: str, done: Callable[[bool, str], None]) -> bool:
        """Call a service; see :class:`~afil_teleop.recording.resets.base.Wire`."""
        client = self._clients[service]
        if not client.service_is_ready():
            return False

        def answered(future: Any) -> None:
            answer = future.result()
            done(answer.success, answer.message)

        client.call_async(self._trigger_type.Request()).add_done_callback(answered)
        return True

    def publish(self, topic: str, cdr: bytes) -> None:
        """Publish a message."""
        self._outputs[topic].publish(cdr)
