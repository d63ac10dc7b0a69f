"""The quality of service that publishers offer, as a bag keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rosbags.interfaces import (
    Qos as RosbagsQos,
)
from rosbags.interfaces import (
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)

from afil_core.topics import Qos

_NANOSECONDS = 1_000_000_000
# rmw's number of nanoseconds that mean "for ever".
_FOREVER_NS = 2**63 - 1


@dataclass(frozen=True)
class OfferedQos:
    """What one publisher offers; the numbers are rmw's.

    Attributes:
        reliability: 1 reliable, 2 best effort.
        durability: 1 transient local, 2 volatile.
        history: 1 keep last, 2 keep all, 3 unknown: the graph does not tell it.
        depth: Of the history; 0 where it is unknown.
        liveliness: 1 automatic, 3 manual by topic.
        deadline_ns: Longest time between two messages.
        lifespan_ns: How long a message is worth something.
        lease_ns: How long a publisher counts as alive.
    """

    reliability: int
    durability: int
    history: int = 3
    depth: int = 0
    liveliness: int = 1
    deadline_ns: int = _FOREVER_NS
    lifespan_ns: int = _FOREVER_NS
    lease_ns: int = _FOREVER_NS

    @staticmethod
    def of(profile: Any) -> OfferedQos:
        """What a ``rclpy.qos.QoSProfile`` says."""
        return OfferedQos(
            reliability=int(profile.reliability),
            durability=int(profile.durability),
            history=int(profile.history),
            depth=int(profile.depth),
            liveliness=int(profile.liveliness),
            deadline_ns=profile.deadline.nanoseconds,
            lifespan_ns=profile.lifespan.nanoseconds,
            lease_ns=profile.liveliness_lease_duration.nanoseconds,
        )

    @staticmethod
    def asked(qos: Qos) -> OfferedQos:
        """What satisfies a subscriber that asks for a quality of service."""
        profile = qos.profile()
        return OfferedQos(
            reliability=profile["reliability"],
            durability=profile["durability"],
            history=profile["history"],
            depth=profile["depth"],
        )

    def missing_for(self, qos: Qos) -> str:
        """What a subscriber asks for and this publisher does not give; empty when it fits."""
        asked = qos.profile()
        if asked["reliability"] == 1 and self.reliability == 2:
            return "reliable"
        return "transient local" if asked["durability"] < self.durability == 2 else ""

    def to_rosbags(self) -> RosbagsQos:
        """The form in which rosbags writes it."""
        return RosbagsQos(
            history=QosHistory(self.history),
            depth=self.depth,
            reliability=QosReliability(self.reliability),
            durability=QosDurability(self.durability),
            deadline=QosTime(*divmod(self.deadline_ns, _NANOSECONDS)),
            lifespan=QosTime(*divmod(self.lifespan_ns, _NANOSECONDS)),
            liveliness=QosLiveliness(self.liveliness),
            liveliness_lease_duration=QosTime(*divmod(self.lease_ns, _NANOSECONDS)),
            avoid_ros_namespace_conventions=False,
        )
