"""Messages to CDR bytes and back."""

from __future__ import annotations

from typing import Any

from embedded_ros2 import cdr
from rclpy.impl.entity import check_message_type


def serialize_message(message: Any) -> bytes:
    """Serialize a message.

    Raises:
        TypeError: A field holds a wrong value.
    """
    return bytes(cdr.serialize(message, check_message_type(type(message))))


def deserialize_message(serialized_message: bytes, message_type: Any) -> Any:
    """Make a message of a class from its bytes.

    Raises:
        RuntimeError: The bytes hold no such message.
    """
    name = check_message_type(message_type)
    try:
        return cdr.deserialize(serialized_message, name)
    except cdr.MalformedCdrError as error:
        raise RuntimeError(f"failed to deserialize ROS message: {error}") from error
