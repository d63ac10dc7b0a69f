"""How rmw_cyclonedds_cpp marks requests: who asks, and QoS of the four endpoints."""

from __future__ import annotations

import os
import struct

from cyclonedds.core import Qos

from rclpy.impl.endpoints import dds_qos
from rclpy.qos import QoSProfile


def client_guid() -> tuple[int, str]:
    """A fresh client id as the header's integer, and as the dotted text of USER_DATA."""
    raw = os.urandom(16)
    # The header carries the first eight of the sixteen octets.
    return struct.unpack_from("<Q", raw)[0], ".".join(f"{octet:x}" for octet in raw)


def endpoint_qos(profile: QoSProfile, writer: bool, user_data: str) -> Qos:
    """QoS of one endpoint of a service."""
    return dds_qos(profile, writer, user_data)
