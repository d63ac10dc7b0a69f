"""CDR bytes of an observation topic to the array that the contract promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.codecs.image import decode_image
from afil_core.contract.schema import ObservationStream
from afil_core.errors import AfilError


@dataclass(frozen=True)
class Decoded:
    """A decoded message.

    Attributes:
        stamp_ns: Header stamp; None for types without a header.
        value: The array that the stream's kind promises (see ``ObservationStream``).
    """

    stamp_ns: int | None
    value: NDArray[Any]


def decode(stream: ObservationStream, cdr: bytes) -> Decoded:
    """Decode one message of an observation stream and check it against the contract.

    Args:
        stream: The stream of the contract.
        cdr: The serialized message.

    Raises:
        AfilError: When the message is malformed, lacks a joint, has another shape than the
            contract says, or holds a number that is not finite.
    """
    message = messages.deserialize(cdr, stream.type)
    try:
        value = _DECODERS[stream.kind](stream, message)
    except AfilError as error:
        raise AfilError(f"topic {stream.topic}: {error}") from error
    if value.shape != stream.shape:
        raise AfilError(
            f"topic {stream.topic} has values of shape {list(value.shape)}, but the contract "
            f"says {list(stream.shape)} (observations.{stream.name}.shape); correct one of them"
        )
    if value.dtype != np.uint8 and not np.isfinite(value).all():
        raise AfilError(f"topic {stream.topic} has a value that is not finite: {value.tolist()}")
    header = getattr(message, "header", None)
    stamp_ns = None if header is None else messages.stamp_to_ns(header.stamp)
    return Decoded(stamp_ns, value)


def decode_pose(cdr: bytes) -> Decoded:
    """Stamp and pose [x y z qx qy qz qw] of a ``geometry_msgs/PoseStamped``."""
    message = messages.deserialize(cdr, "geometry_msgs/msg/PoseStamped")
    return Decoded(messages.stamp_to_ns(message.header.stamp), _pose_array(message.pose))


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


def _pose_array(pose: Any) -> NDArray[np.float64]:
    p, q = pose.position, pose.orientation
    array = np.array([p.x, p.y, p.z, q.x, q.y, q.z, q.w], dtype=np.float64)
    norm = float(np.linalg.norm(array[3:]))
    if not 0.99 < norm < 1.01:
        raise AfilError(f"a pose has a quaternion of length {norm:.3f}; it must be 1")
    return array


def _joints(stream: ObservationStream, message: Any) -> NDArray[np.float64]:
    positions = dict(zip(message.name, message.position, strict=False))
    missing = [j for j in stream.joints if j not in positions]
    if missing:
        raise AfilError(
            f"the message lacks joint {', '.join(missing)} (it has "
            f"{', '.join(message.name) or 'none'}); correct observations.{stream.name}.joints"
        )
    return np.array([positions[j] for j in stream.joints], dtype=np.float64)


def _decode_pose_stamped(_: ObservationStream, message: Any) -> NDArray[np.float64]:
    return _pose_array(message.pose)


def _decode_gripper_width(stream: ObservationStream, message: Any) -> NDArray[np.float64]:
    return np.array([_joints(stream, message).sum()], dtype=np.float64)


def _decode_speed(_: ObservationStream, message: Any) -> NDArray[np.float64]:
    return np.array([message.data], dtype=np.float64)


def _decode_image(_: ObservationStream, message: Any) -> NDArray[np.uint8]:
    return decode_image(message)


_DECODERS: dict[str, Callable[[ObservationStream, Any], NDArray[Any]]] = {
    "image": _decode_image,
    "pose": _decode_pose_stamped,
    "joint_positions": _joints,
    "gripper_width": _decode_gripper_width,
    "speed": _decode_speed,
}
