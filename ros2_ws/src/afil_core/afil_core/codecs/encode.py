"""Arrays to CDR bytes that a publisher may send as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.codecs.image import image_message
from afil_core.kinds.joints import joint_state
from afil_core.kinds.pose import pose_stamped


def encode_image(
    rgb: NDArray[np.uint8], stamp_ns: int, frame_id: str, encoding: str = "rgb8"
) -> bytes:
    """A ``sensor_msgs/Image`` of uint8 [H, W, 3] RGB pixels."""
    return messages.serialize(image_message(rgb, stamp_ns, frame_id, encoding))


def encode_mono_image(gray: NDArray[np.uint8], stamp_ns: int, frame_id: str) -> bytes:
    """A mono8 ``sensor_msgs/Image`` of uint8 [H, W]."""
    return messages.serialize(image_message(gray, stamp_ns, frame_id, "mono8"))


def encode_pose(pose: NDArray[np.float64], stamp_ns: int, frame_id: str) -> bytes:
    """A ``geometry_msgs/PoseStamped`` of [x y z qx qy qz qw] (m, unit quaternion)."""
    return messages.serialize(pose_stamped(pose, stamp_ns, frame_id))


def encode_joint_state(
    names: Sequence[str], positions: NDArray[np.float64], stamp_ns: int, frame_id: str = ""
) -> bytes:
    """A ``sensor_msgs/JointState`` with positions (rad or m) alone."""
    return messages.serialize(joint_state(names, positions, stamp_ns, frame_id))


def encode_float_array(values: Sequence[float] | NDArray[np.float64]) -> bytes:
    """A ``std_msgs/Float64MultiArray``."""
    data = np.asarray(values, dtype=np.float64)
    return messages.serialize(messages.new("std_msgs/msg/Float64MultiArray", data=data))


def encode_clock(stamp_ns: int) -> bytes:
    """A ``rosgraph_msgs/Clock``."""
    clock = messages.ns_to_stamp(stamp_ns)
    return messages.serialize(messages.new("rosgraph_msgs/msg/Clock", clock=clock))


def encode_string(text: str) -> bytes:
    """A ``std_msgs/String``."""
    return messages.serialize(messages.new("std_msgs/msg/String", data=text))
