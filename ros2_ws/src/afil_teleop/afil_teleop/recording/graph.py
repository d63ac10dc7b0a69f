"""Who publishes what, as the ROS graph tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from afil_core.bags import OfferedQos


@dataclass(frozen=True)
class Publisher:
    """One publisher of a topic.

    Attributes:
        node: Full name of its node.
        type: Type of its messages.
        qos: What it offers.
    """

    node: str
    type: str
    qos: OfferedQos


Graph = Mapping[str, Sequence[Publisher]]


def publishers(infos: Iterable[Any]) -> tuple[Publisher, ...]:
    """What ``rclpy``'s ``Node.get_publishers_info_by_topic`` answers.

    Args:
        infos: ``TopicEndpointInfo`` of each publisher.
    """
    return tuple(
        Publisher(
            node=f"{info.node_namespace.rstrip('/')}/{info.node_name}",
            type=info.topic_type,
            qos=OfferedQos.of(info.qos_profile),
        )
        for info in infos
    )


def offers(graph: Graph) -> dict[str, tuple[OfferedQos, ...]]:
    """What is offered on each topic."""
    return {topic: tuple(p.qos for p in found) for topic, found in graph.items()}
