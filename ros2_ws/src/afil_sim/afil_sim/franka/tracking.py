"""Cartesian target tracking: a TCP pose becomes joint set-points the arm is able to follow.

It stands in for crisp_controllers' Cartesian impedance controller, which takes an absolute
``target_pose`` at a low rate and moves there smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from afil_sim.franka.kinematics import (
    JOINT_MAX,
    JOINT_MAX_VELOCITY,
    JOINT_MIN,
    Vector,
    jacobian,
)

# Elbow up, hand over the middle of the table, fingers opening along y of fr3_link0.
READY_JOINTS: Vector = np.array([0.0, -0.16, 0.0, -2.32, 0.0, 2.16, np.pi / 4])


@dataclass(frozen=True)
class TrackingConfig:
    """Settings of the inverse kinematics.

    Attributes:
        iterations: Most Newton steps per target.
        tolerance: Task-space error (m and rad, together) at which to stop.
        damping: Damping of the pseudo-inverse; keeps steps finite near singularities.
        posture_gain: Share of the way to the ready posture taken in the null space per step.
        limit_margin_rad: Distance kept from the joint limits.
        velocity_fraction: Share of the joints' velocity limits that is used; the rest is for
            what the servos overshoot.
        max_acceleration: Of each joint's set-point, rad/s^2.
        max_lead_rad: How far a set-point may be ahead of its joint. Where the arm is blocked,
            it bounds the force and the leap that follows when the way is free again.
    """

    iterations: int = 12
    tolerance: float = 1e-4
    damping: float = 0.02
    posture_gain: float = 0.05
    limit_margin_rad: float = 0.02
    velocity_fraction: float = 0.7
    max_acceleration: float = 15.0
    max_lead_rad: float = 0.09


def solve_inverse_kinematics(
    target_pose: Vector, start: Vector, config: TrackingConfig | None = None
) -> Vector:
    """Joint angles whose TCP is as near to a pose as the joint limits allow.

    Damped least squares (Nakamura and Hanafusa 1986) with a pull to the ready posture in the
    null space, projected onto the joint limits after every step.

    Args:
        target_pose: Pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w).
        start: Joint angles [7] to start from, rad.
        config: Settings; the defaults when None.

    Returns:
        Joint angles [7], rad, within the limits. An unreachable target gives a near pose.
    """
    config = config or TrackingConfig()
    low, high = JOINT_MIN + config.limit_margin_rad, JOINT_MAX - config.limit_margin_rad
    rotation = Rotation.from_quat(target_pose[3:])
    joints = np.clip(start, low, high)
    for _ in range(config.iterations):
        matrix, tcp = jacobian(joints)
        turn = rotation * Rotation.from_matrix(tcp[:3, :3]).inv()
        error = np.concatenate([target_pose[:3] - tcp[:3, 3], turn.as_rotvec()])
        if float(np.linalg.norm(error)) < config.tolerance:
            break
        inverse = matrix.T @ np.linalg.inv(matrix @ matrix.T + config.damping**2 * np.eye(6))
        posture = config.posture_gain * (READY_JOINTS - joints)
        step = inverse @ error + posture - inverse @ (matrix @ posture)
        joints = np.clip(joints + step, low, high)
    return joints


class TargetTracker:
    """Turns pose targets into joint set-points that respect position and velocity limits.

    Args:
        joints: Joint angles [7] at the start, rad.
        config: Settings; the defaults when None.
    """

    def __init__(self, joints: Vector, config: TrackingConfig | None = None) -> None:
        self._config = config or TrackingConfig()
        self._goal = np.array(joints, dtype=np.float64)
        self._setpoint = self._goal.copy()
        self._velocity = np.zeros(7)

    @property
    def setpoint(self) -> Vector:
        """Joint set-point [7], rad."""
        return self._setpoint

    def set_target(self, pose: Vector) -> None:
        """Aim at an absolute pose [7] of the TCP in fr3_link0."""
        self._goal = solve_inverse_kinematics(pose, self._goal, self._config)

    def advance(self, remaining_s: float, dt_s: float, measured: Vector) -> Vector:
        """Move the set-point one physics step towards the goal.

        Args:
            remaining_s: Time in which the goal is to be reached, s; shared out evenly.
            dt_s: Length of the physics step, s.
            measured: Joint angles [7] now, rad.

        Returns:
            The new set-point [7], rad.
        """
        cfg = self._config
        error = self._goal - self._setpoint
        speed = np.minimum(
            np.abs(error) / max(remaining_s, dt_s),
            # No faster than it is able to brake in the way that is left.
            np.sqrt(2.0 * cfg.max_acceleration * np.abs(error)),
        )
        speed = np.minimum(speed, cfg.velocity_fraction * JOINT_MAX_VELOCITY)
        most = cfg.max_acceleration * dt_s
        self._velocity = self._velocity + np.clip(
            np.sign(error) * speed - self._velocity, -most, most
        )
        setpoint = np.clip(
            self._setpoint + self._velocity * dt_s,
            measured - cfg.max_lead_rad,
            measured + cfg.max_lead_rad,
        )
        self._setpoint = np.clip(setpoint, JOINT_MIN, JOINT_MAX)
        return self._setpoint
