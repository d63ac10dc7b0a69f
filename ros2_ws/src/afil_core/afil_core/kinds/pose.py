"""Poses: ``geometry_msgs/PoseStamped``."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds.base import Observation, StreamConfig

POSE_STAMPED = "geometry_msgs/msg/PoseStamped"
POSE_LABELS = ("x", "y", "z", "r11", "r21", "r31", "r12", "r22", "r32")


class Pose(Observation):
    """A pose in the stated frame: float64 [7], x y z (m) and unit quaternion x y z w."""

    Config: ClassVar[type[StreamConfig]] = StreamConfig
    types = (POSE_STAMPED,)
    unit = "m"

    @property
    def shape(self) -> tuple[int, ...]:
        """[7]."""
        return (7,)

    @property
    def labels(self) -> tuple[str, ...]:
        """Position and the first two columns of the rotation matrix."""
        return POSE_LABELS

    def value(self, message: Any) -> NDArray[np.float64]:
        """Position and orientation."""
        return pose_array(message.pose)

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """A ``PoseStamped``."""
        return pose_stamped(value, stamp_ns, self.frame)

    def interpolate(self, before: NDArray[Any], after: NDArray[Any], share: float) -> NDArray[Any]:
        """Linear in position, spherical in orientation."""
        return interpolate_pose(before, after, share)

    def blank(self) -> NDArray[Any]:
        """The origin, not turned."""
        return np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])

    def features(self, value: NDArray[Any]) -> NDArray[np.float64]:
        """Position and 6-D rotation, float64 [9]; see :func:`pose_features`."""
        return pose_features(value)


def pose_array(pose: Any) -> NDArray[np.float64]:
    """[x y z qx qy qz qw] of a ``geometry_msgs/Pose``.

    Raises:
        AfilError: When the quaternion is not one.
    """
    p, q = pose.position, pose.orientation
    array = np.array([p.x, p.y, p.z, q.x, q.y, q.z, q.w], dtype=np.float64)
    norm = math.hypot(*array[3:])
    if not 0.99 < norm < 1.01:
        raise AfilError(f"a pose has a quaternion of length {norm:.3f}; it must be 1")
    return array


def pose_message(pose: NDArray[np.float64]) -> Any:
    """A ``geometry_msgs/Pose`` of [x y z qx qy qz qw]."""
    x, y, z, qx, qy, qz, qw = (float(v) for v in pose)
    return messages.new(
        "geometry_msgs/msg/Pose",
        position=messages.new("geometry_msgs/msg/Point", x=x, y=y, z=z),
        orientation=messages.new("geometry_msgs/msg/Quaternion", x=qx, y=qy, z=qz, w=qw),
    )


def pose_stamped(pose: NDArray[np.float64], stamp_ns: int, frame: str) -> Any:
    """A ``geometry_msgs/PoseStamped``."""
    return messages.new(
        POSE_STAMPED, header=messages.header(stamp_ns, frame), pose=pose_message(pose)
    )


def interpolate_pose(
    before: NDArray[Any], after: NDArray[Any], share: float
) -> NDArray[np.float64]:
    """The pose [7] between two, ``share`` in [0, 1] of the way, turned the shorter way.

    Source: Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
    """
    between: NDArray[np.float64] = before + share * (after - before)
    start, end = _unit(before[3:7]), _unit(after[3:7])
    cosine = float(start @ end)
    if cosine < 0:
        end, cosine = -end, -cosine
    sine = float(np.linalg.norm(end - cosine * start))
    angle = math.atan2(sine, cosine)
    # Of a tiny angle both quotients tend to the shares themselves.
    shares = (1 - share, share)
    if sine > 1e-9:
        shares = (math.sin((1 - share) * angle) / sine, math.sin(share * angle) / sine)
    between[3:7] = _unit(shares[0] * start + shares[1] * end)
    return between


def pose_features(pose: NDArray[Any]) -> NDArray[np.float64]:
    """Position and the first two columns of the rotation matrix, float64 [9].

    A quaternion and its negative are the same rotation and must not look different (Zhou et
    al., "On the Continuity of Rotation Representations in Neural Networks", CVPR 2019).
    """
    x, y, z, w = _unit(pose[3:7]).tolist()
    first = (1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w))
    second = (2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w))
    return np.array([*pose[:3].tolist(), *first, *second])


def _unit(quaternion: NDArray[Any]) -> NDArray[np.float64]:
    # Plain numbers: scipy's Rotation is slower for one pose, and its import a fifth of a node's.
    length = math.hypot(*quaternion.tolist())
    return np.asarray(quaternion, dtype=np.float64) / length
