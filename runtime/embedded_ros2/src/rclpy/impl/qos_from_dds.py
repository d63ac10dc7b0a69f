"""Reads the QoS and user data of discovered endpoints."""

from __future__ import annotations

import re
from typing import Any

from cyclonedds.core import Policy
from cyclonedds.internal import dds_infinity

from rclpy.duration import Duration, Infinite
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)
from rclpy.type_hash import TypeHash


def _span(nanoseconds: int) -> Duration:
    return Infinite if nanoseconds >= dds_infinity else Duration(nanoseconds=nanoseconds)


def profile_from_dds(qos: Any) -> QoSProfile:
    """Profile of an endpoint; history is not part of discovery, so it is unknown."""
    profile = QoSProfile(
        history=HistoryPolicy.UNKNOWN, depth=0, reliability=ReliabilityPolicy.BEST_EFFORT,
        liveliness=LivelinessPolicy.AUTOMATIC, deadline=Infinite, lifespan=Infinite,
        liveliness_lease_duration=Infinite,
    )  # fmt: skip
    for policy in qos:
        if isinstance(policy, Policy.Reliability.Reliable):
            profile.reliability = ReliabilityPolicy.RELIABLE
        elif policy == Policy.Durability.TransientLocal:
            profile.durability = DurabilityPolicy.TRANSIENT_LOCAL
        elif isinstance(policy, Policy.Deadline):
            profile.deadline = _span(policy.deadline)
        elif isinstance(policy, Policy.Lifespan):
            profile.lifespan = _span(policy.lifespan)
        elif isinstance(policy, Policy.Liveliness.ManualByTopic):
            profile.liveliness = LivelinessPolicy.MANUAL_BY_TOPIC
            profile.liveliness_lease_duration = _span(policy.lease_duration)
        elif isinstance(policy, Policy.Liveliness.Automatic):
            profile.liveliness_lease_duration = _span(policy.lease_duration)
    return profile


def type_hash_from(qos: Any) -> TypeHash:
    """RIHS01 hash in an endpoint's user data; an unset one where there is none."""
    for policy in qos:
        if isinstance(policy, Policy.Userdata):
            match = re.search(rb"typehash=RIHS(\d\d)_([0-9a-f]{64});", policy.data)
            if match:
                return TypeHash(int(match[1]), bytes.fromhex(match[2].decode()))
    return TypeHash()
