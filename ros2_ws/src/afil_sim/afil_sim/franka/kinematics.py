"""Kinematics and limits of the FR3, in plain NumPy.

Modified Denavit-Hartenberg parameters (Craig's convention) and joint limits are those that
Franka Robotics publishes for the Panda and the FR3. The tool centre point (TCP) lies between
the fingertips of the Franka Hand: frame ``fr3_hand_tcp``. All poses are in ``fr3_link0``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

Vector = npt.NDArray[np.float64]

ARM_JOINTS: Final = tuple(f"fr3_joint{i}" for i in range(1, 8))
FINGER_JOINTS: Final = ("fr3_finger_joint1", "fr3_finger_joint2")

JOINT_MIN: Final[Vector] = np.array([-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159])
JOINT_MAX: Final[Vector] = np.array([2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159])
JOINT_MAX_VELOCITY: Final[Vector] = np.array([2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26])
GRIPPER_MAX_WIDTH: Final = 0.08
# The hand's datasheet gives 50 mm/s per finger.
GRIPPER_MAX_SPEED: Final = 0.1

# Rows: a_{i-1} (m), d_i (m), alpha_{i-1} (rad).
_DH: Final = np.array(
    [
        [0.0, 0.333, 0.0],
        [0.0, 0.0, -np.pi / 2],
        [0.0, 0.316, np.pi / 2],
        [0.0825, 0.0, np.pi / 2],
        [-0.0825, 0.384, -np.pi / 2],
        [0.0, 0.0, np.pi / 2],
        [0.088, 0.0, np.pi / 2],
    ]
)
_FLANGE_OFFSET: Final = 0.107
_HAND_YAW: Final = -np.pi / 4
_TCP_OFFSET: Final = 0.1034


def _link_transforms() -> Vector:
    """The constant part of each joint's transform: Rot_x(alpha) Trans_x(a) Trans_z(d)."""
    fixed = np.tile(np.eye(4), (7, 1, 1))
    for matrix, (a, d, alpha) in zip(fixed, _DH, strict=True):
        c, s = np.cos(alpha), np.sin(alpha)
        matrix[:3, :3] = [[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]
        matrix[:3, 3] = [a, -s * d, c * d]
    return fixed


def _tool_transform() -> Vector:
    c, s = np.cos(_HAND_YAW), np.sin(_HAND_YAW)
    tool = np.eye(4)
    tool[:2, :2] = [[c, -s], [s, c]]
    tool[2, 3] = _FLANGE_OFFSET + _TCP_OFFSET
    return tool


_FIXED: Final = _link_transforms()
_TOOL: Final = _tool_transform()


def _joint_frames(joints: Vector) -> tuple[Vector, Vector]:
    """Transforms of the seven joint frames [7, 4, 4] and of the TCP [4, 4]."""
    cosines, sines = np.cos(joints), np.sin(joints)
    frames = np.empty((7, 4, 4))
    current = np.eye(4)
    for i in range(7):
        current = current @ _FIXED[i]
        x, y = current[:3, 0].copy(), current[:3, 1].copy()
        current[:3, 0] = cosines[i] * x + sines[i] * y
        current[:3, 1] = cosines[i] * y - sines[i] * x
        frames[i] = current
    return frames, current @ _TOOL


def forward_kinematics(joints: Vector) -> Vector:
    """Pose of the TCP.

    Args:
        joints: Joint angles [7], rad.

    Returns:
        Homogeneous transform [4, 4] of fr3_hand_tcp in fr3_link0, lengths in m.
    """
    return _joint_frames(np.asarray(joints, dtype=np.float64))[1]


def jacobian(joints: Vector) -> tuple[Vector, Vector]:
    """Geometric Jacobian of the TCP.

    Args:
        joints: Joint angles [7], rad.

    Returns:
        The Jacobian [6, 7] (rows: linear velocity m/s, angular velocity rad/s, in fr3_link0;
        columns: joint velocities rad/s) and the TCP's transform [4, 4].
    """
    frames, tcp = _joint_frames(np.asarray(joints, dtype=np.float64))
    axes, origins = frames[:, :3, 2], frames[:, :3, 3]
    return np.vstack([np.cross(axes, tcp[:3, 3] - origins).T, axes.T]), tcp


def transform_to_pose(transform: Vector) -> Vector:
    """Pose [7] (x, y, z in m, qx, qy, qz, qw) of a homogeneous transform [4, 4].

    Of the quaternion's two signs it takes the one whose largest component is positive: with
    the hand pointing down, the common choice qw >= 0 would jump between the two.
    """
    quaternion = Rotation.from_matrix(transform[:3, :3]).as_quat()
    sign = np.sign(quaternion[int(np.argmax(np.abs(quaternion)))])
    return np.concatenate([transform[:3, 3], sign * quaternion])


def tcp_pose(joints: Vector) -> Vector:
    """Pose [7] (x, y, z in m, qx, qy, qz, qw) of the TCP in fr3_link0; joints [7] in rad."""
    return transform_to_pose(forward_kinematics(joints))
