"""QoS that depends on others: overrides by parameters, and best-available policies."""

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
from rclpy.qos_overriding_options import (
    InvalidQosOverridesError,
    QosCallbackResult,
    QoSOverridingOptions,
)

_ENUMS = ("history", "reliability", "durability", "liveliness")
_SPANS = ("deadline", "lifespan", "liveliness_lease_duration")


def resolve(
    node: Any, qos: QoSProfile, topic: str, kind: str, options: QoSOverridingOptions | None
) -> QoSProfile:
    """Profile with overrides applied and without best-available policies."""
    if options is not None:
        qos = _overridden(node, copy(qos), topic, kind, options)
    unsettled = ReliabilityPolicy.BEST_AVAILABLE, DurabilityPolicy.BEST_AVAILABLE
    if qos.reliability in unsettled[:1] or qos.durability in unsettled[1:]:
        qos = _best_available(node, copy(qos), topic, kind)
    for span in ("deadline", "liveliness_lease_duration"):
        if getattr(qos, span) == DeadlineBestAvailable:
            qos = copy(qos)
            setattr(qos, span, Duration())  # What matches everyone.
    return qos


def _overridden(
    node: Any, qos: QoSProfile, topic: str, kind: str, options: QoSOverridingOptions
) -> QoSProfile:
    full = node.resolve_topic_name(topic)
    suffix = f"_{options.entity_id}" if options.entity_id else ""
    for policy in options.policy_kinds:
        key = policy.name.lower()
        name = f"qos_overrides.{full}.{kind}{suffix}.{key}"
        current = getattr(qos, key)
        if key in _ENUMS:
            default: Any = current.short_key
        else:
            default = current.nanoseconds if key in _SPANS else current
        if node.has_parameter(name):
            value = node.get_parameter(name).value
        else:
            value = node.declare_parameter(name, default).value
        if key in _ENUMS:
            value = type(current).get_from_short_key(value)
        setattr(qos, key, Duration(nanoseconds=value) if key in _SPANS else value)
    if options.callback is not None:
        result: QosCallbackResult = options.callback(qos)
        if not result.successful:
            raise InvalidQosOverridesError(
                f"{kind}, topic {full}: qos override for this entity was refused: {result.reason}"
            )
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
