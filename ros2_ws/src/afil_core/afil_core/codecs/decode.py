"""CDR bytes of the messages that have no stream in a contract."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.kinds.base import Observation
from afil_core.kinds.pose import pose_array
from afil_core.topic_kind import Decoded


def decode(stream: Observation, cdr: bytes) -> Decoded:
    """Decode one message of an observation stream; see ``Observation.decode``."""
    return stream.decode(cdr)


def decode_pose(cdr: bytes) -> Decoded:
    """Stamp and pose [x y z qx qy qz qw] of a ``geometry_msgs/PoseStamped``."""
    message = messages.deserialize(cdr, "geometry_msgs/msg/PoseStamped")
    return Decoded(messages.stamp_to_ns(message.header.stamp), pose_array(message.pose))


def decode_float_array(cdr: bytes) -> NDArray[np.float64]:
    """Data of a ``std_msgs/Float64MultiArray``."""
    message = messages.deserialize(cdr, "std_msgs/msg/Float64MultiArray")
    return np.array(message.data, dtype=np.float64)


def decode_string(cdr: bytes) -> str:
    """Text of a ``std_msgs/String``."""
    return str(messages.deserialize(cdr, "std_msgs/msg/String").data)


def decode_clock(cdr: bytes) -> int:
    """Nanoseconds of a ``rosgraph_msgs/Clock``."""
    return messages.stamp_to_ns(messages.deserialize(cdr, "rosgraph_msgs/msg/Clock").clock)
