"""What publishers and subscriptions have in common."""

from __future__ import annotations

from typing import Any, TypeVar

from embedded_ros2.type_hash import message_hash
from rclpy.impl.endpoints import Reader, Writer, dds_qos
from rclpy.impl.entity import Entity, check_message_type
from rclpy.qos import QoSProfile

_End = TypeVar("_End", Reader, Writer)


class TopicEndpoint(Entity):
    """One end of a topic, with the handlers of its QoS events.

    Raises:
        NoTypeSupportImportedException: ``msg_type`` is no message class.
    """

    def __init__(
        self, msg_type: Any, topic: str, qos_profile: QoSProfile, callback_group: Any
    ) -> None:
        super().__init__(callback_group)
        self._type_name = check_message_type(msg_type)
        self.msg_type = msg_type
        self.topic = topic
        self._full_name = topic
        self.qos_profile = qos_profile
        self.event_handlers: list[Any] = []

    def _open(self, end: type[_End], participant: Any, ignore_local: bool = False) -> _End:
        """Make the DDS reader or writer."""
        profile = self.qos_profile
        tag = f"typehash={message_hash(self._type_name)};"
        prefix = "" if profile.avoid_ros_namespace_conventions else "rt"
        qos = dds_qos(profile, end is Writer, tag, ignore_local)
        return end(participant, prefix + self._full_name, self._type_name, qos)

    def _handle_events(self, event_callbacks: Any) -> None:
        """Make the event handlers; the DDS reader or writer must be there."""
        if event_callbacks is not None:
            self.event_handlers = event_callbacks.create_event_handlers(
                self.callback_group, self, self._full_name
            )

    @property
    def topic_name(self) -> str:
        """Full topic name."""
        return self._full_name

    def destroy(self) -> None:
        """Free what the entity holds, but for the DDS reader or writer."""
        super().destroy()
        for handler in self.event_handlers:
            handler.destroy()
