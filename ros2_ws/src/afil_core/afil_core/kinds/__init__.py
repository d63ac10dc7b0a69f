"""Observation kinds: what the messages of a stream mean. One file each, chosen by name."""

from __future__ import annotations

from afil_core.kinds.base import Observation, StreamConfig
from afil_core.registry import Registry
from afil_core.topic_kind import Decoded

KINDS: Registry[Observation] = Registry(
    "kinds",
    "observation kind",
    {
        "image": "afil_core.kinds.image:Image",
        "compressed_image": "afil_core.kinds.compressed_image:CompressedImage",
        "depth": "afil_core.kinds.depth:Depth",
        "pose": "afil_core.kinds.pose:Pose",
        "joint_positions": "afil_core.kinds.joints:JointPositions",
        "joint_velocities": "afil_core.kinds.joints:JointVelocities",
        "gripper_width": "afil_core.kinds.gripper_width:GripperWidth",
        "speed": "afil_core.kinds.speed:Speed",
        "odometry": "afil_core.kinds.odometry:Odometry",
        "wrench": "afil_core.kinds.wrench:Wrench",
        "vector": "afil_core.kinds.vector:NamedVector",
    },
)

__all__ = ["KINDS", "Decoded", "Observation", "StreamConfig"]
