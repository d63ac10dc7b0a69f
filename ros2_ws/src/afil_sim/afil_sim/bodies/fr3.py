"""Names and limits of the Franka Research 3 and its hand; the joint ranges are in fr3.xml.

The tool centre point (TCP) lies between the fingertips: frame ``fr3_hand_tcp``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from afil_sim.bodies.base import Vector

ARM_JOINTS: Final = tuple(f"fr3_joint{i}" for i in range(1, 8))
FINGER_JOINTS: Final = ("fr3_finger_joint1", "fr3_finger_joint2")
TCP: Final = "fr3_hand_tcp"
# Elbow up, hand over the middle of the table, fingers opening along y of fr3_link0.
READY_JOINTS: Final[Vector] = np.array([0.0, -0.16, 0.0, -2.32, 0.0, 2.16, np.pi / 4])
# Franka Robotics' datasheet, rad/s.
JOINT_MAX_VELOCITY: Final[Vector] = np.array([2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26])
GRIPPER_MAX_WIDTH: Final = 0.08
# The hand's datasheet gives 50 mm/s per finger.
GRIPPER_MAX_SPEED: Final = 0.1
