"""Cartesian target tracking: a pose of the hand becomes set-points the joints can follow.

It stands in for crisp_controllers' Cartesian impedance controller, which takes an absolute
``target_pose`` at a low rate and moves there smoothly.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from afil_sim.bodies.base import Vector
from afil_sim.bodies.kinematics import ArmKinematics, InverseConfig


class TrackingConfig(InverseConfig):
    """Settings of the tracking, beside those of the inverse kinematics.

    Attributes:
        velocity_fraction: Share of the joints' velocity limits that is used; the rest is for
            what the servos overshoot.
        max_acceleration: Of each joint's set-point, rad/s^2.
        max_lead_rad: How far a set-point may be ahead of its joint. Where the arm is blocked,
            it bounds the force and the leap that follows when the way is free again.
    """

    velocity_fraction: float = Field(0.7, gt=0, le=1)
    max_acceleration: float = Field(15.0, gt=0)
    max_lead_rad: float = Field(0.09, gt=0)


class TargetTracker:
    """Turns pose targets into joint set-points that respect position and velocity limits.

    Args:
        config: Settings.
        kinematics: The arm's.
        max_velocity: Velocity limits of the joints [J], rad/s.
        posture: Joint angles [J] that the arm prefers, rad; it starts there.
    """

    def __init__(
        self,
        config: TrackingConfig,
        kinematics: ArmKinematics,
        max_velocity: Vector,
        posture: Vector,
    ) -> None:
        self._config = config
        self._kinematics = kinematics
        self._max_velocity = max_velocity
        self._posture = posture
        self.reset(posture)

    @property
    def setpoint(self) -> Vector:
        """Joint set-point [J], rad."""
        return self._setpoint

    def reset(self, joints: Vector) -> None:
        """Stand still at joint angles [J], rad."""
        self._goal = np.array(joints, dtype=np.float64)
        self._setpoint = self._goal.copy()
        self._velocity = np.zeros(len(self._goal))

    def set_target(self, pose: Vector) -> None:
        """Aim at an absolute pose [7] of the hand in the base frame."""
        self._goal = self._kinematics.inverse(pose, self._goal, self._posture, self._config)

    def advance(self, remaining_s: float, dt_s: float, measured: Vector) -> Vector:
        """Move the set-point one physics step towards the goal.

        Args:
            remaining_s: Time in which the goal is to be reached, s; shared out evenly.
            dt_s: Length of the physics step, s.
            measured: Joint angles [J] now, rad.

        Returns:
            The new set-point [J], rad.
        """
        cfg = self._config
        error = self._goal - self._setpoint
        speed = np.minimum(
            np.abs(error) / max(remaining_s, dt_s),
            # No faster than it is able to brake in the way that is left.
            np.sqrt(2.0 * cfg.max_acceleration * np.abs(error)),
        )
        speed = np.minimum(speed, cfg.velocity_fraction * self._max_velocity)
        most = cfg.max_acceleration * dt_s
        self._velocity = self._velocity + np.clip(
            np.sign(error) * speed - self._velocity, -most, most
        )
        setpoint = np.clip(
            self._setpoint + self._velocity * dt_s,
            measured - cfg.max_lead_rad,
            measured + cfg.max_lead_rad,
        )
        self._setpoint = np.clip(setpoint, self._kinematics.minimum, self._kinematics.maximum)
        return self._setpoint
