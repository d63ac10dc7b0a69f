"""What is known of one publisher or subscription."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from rclpy.qos import QoSProfile
from rclpy.type_hash import TypeHash


class TopicEndpointTypeEnum(IntEnum):
    """Kinds of endpoints."""

    INVALID = 0
    PUBLISHER = 1
    SUBSCRIPTION = 2


class TopicEndpointInfo:
    """Name, type, QoS and id of one endpoint."""

    def __init__(self, **kwargs: Any) -> None:
        self.node_name: str = kwargs.get("node_name", "")
        self.node_namespace: str = kwargs.get("node_namespace", "")
        self.topic_type: str = kwargs.get("topic_type", "")
        self.topic_type_hash: TypeHash = kwargs.get("topic_type_hash", TypeHash())
        self.endpoint_type = TopicEndpointTypeEnum(kwargs.get("endpoint_type", 0))
        self.endpoint_gid: list[int] = kwargs.get("endpoint_gid", [])
        self.qos_profile: QoSProfile = kwargs.get("qos_profile") or QoSProfile(depth=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TopicEndpointInfo) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        qos = self.qos_profile
        gid = ".".join(f"{octet:02x}" for octet in self.endpoint_gid)
        history = qos.history.name
        if qos.depth:
            history += f" ({qos.depth})"
        return "\n".join(
            (
                f"Node name: {self.node_name}",
                f"Node namespace: {self.node_namespace}",
                f"Topic type: {self.topic_type}",
                f"Topic type hash: {self.topic_type_hash}",
                f"Endpoint type: {self.endpoint_type.name}",
                f"GID: {gid}",
                "QoS profile:",
                f"  Reliability: {qos.reliability.name}",
                f"  History (Depth): {history}",
                f"  Durability: {qos.durability.name}",
                f"  Lifespan: {qos.lifespan}",
                f"  Deadline: {qos.deadline}",
                f"  Liveliness: {qos.liveliness.name}",
                f"  Liveliness lease duration: {qos.liveliness_lease_duration}",
            )
        )
