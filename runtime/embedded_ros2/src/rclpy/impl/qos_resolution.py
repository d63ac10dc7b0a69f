"""QoS that depends on others: best-available policies."""

from __future__ import annotations

from copy import copy
from typing import Any

from rclpy.duration import Duration
from rclpy.qos import (
    DeadlineBestAvailable,
    DurabilityPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)


def resolve(node: Any, qos: QoSProfile, topic: str, kind: str) -> QoSProfile:
    """Profile without best-available policies."""
    unsettled = ReliabilityPolicy.BEST_AVAILABLE, DurabilityPolicy.BEST_AVAILABLE
    if qos.reliability in unsettled[:1] or qos.durability in unsettled[1:]:
        qos = _best_available(node, copy(qos), topic, kind)
    for span in ("deadline", "liveliness_lease_duration"):
        if getattr(qos, span) == DeadlineBestAvailable:
            qos = copy(qos)
            setattr(qos, span, Duration())  # What matches everyone.
    return qos


def _best_available(node: Any, qos: QoSProfile, topic: str, kind: str) -> QoSProfile:
    offered = []
    if kind == "subscription":
        offered = [info.qos_profile for info in node.get_publishers_info_by_topic(topic)]
    if qos.reliability is ReliabilityPolicy.BEST_AVAILABLE:
        reliable = all(o.reliability is ReliabilityPolicy.RELIABLE for o in offered)
        qos.reliability = ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT
    if qos.durability is DurabilityPolicy.BEST_AVAILABLE:
        latched = all(o.durability is DurabilityPolicy.TRANSIENT_LOCAL for o in offered)
        qos.durability = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
    if qos.liveliness is LivelinessPolicy.BEST_AVAILABLE:
        qos.liveliness = LivelinessPolicy.AUTOMATIC
    return qos
