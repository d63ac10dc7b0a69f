"""A topic of a contract: its name, its type and its quality of service."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from afil_core.schema import TOPIC_PATTERN, TYPE_PATTERN, Schema

# Relative names are resolved in the node's namespace, so that a second robot has its own.
TopicName = Annotated[str, StringConstraints(pattern=TOPIC_PATTERN)]
TypeName = Annotated[str, StringConstraints(pattern=TYPE_PATTERN)]


class Qos(Schema):
    """Quality of service of a topic, as a subscriber of AFIL asks for it.

    Attributes:
        reliability: ``reliable`` or ``best_effort``.
        durability: ``volatile`` or ``transient_local``.
        depth: History depth (keep last), at least 1.
    """

    reliability: Literal["reliable", "best_effort"] = "reliable"
    durability: Literal["volatile", "transient_local"] = "volatile"
    depth: int = Field(10, ge=1)

    def profile(self, *, depth: int | None = None) -> dict[str, int]:
        """Keyword arguments of ``rclpy.qos.QoSProfile``, with rmw's integer values.

        Args:
            depth: Overrides the history depth, e.g. for a recorder that must not lose any.

        Returns:
            ``history`` (1: keep last), ``depth``, ``reliability`` (1 reliable, 2 best effort)
            and ``durability`` (1 transient local, 2 volatile).
        """
        return {
            "history": 1,
            "depth": self.depth if depth is None else depth,
            "reliability": 1 if self.reliability == "reliable" else 2,
            "durability": 1 if self.durability == "transient_local" else 2,
        }


class TopicConfig(Schema):
    """What a contract says of any topic.

    Attributes:
        topic: Topic name; relative names are resolved in the robot's namespace.
        type: ROS message type, ``package/msg/Name``.
        qos: What a live subscriber asks for.
    """

    topic: TopicName
    type: TypeName
    qos: Qos = Qos()


def resolve(topic: str, namespace: str) -> str:
    """Absolute name of a topic.

    Args:
        topic: Relative or absolute name.
        namespace: The robot's namespace; empty or ``/`` for none.
    """
    if topic.startswith("/"):
        return topic
    inner = namespace.strip("/")
    return f"/{inner}/{topic}" if inner else f"/{topic}"
