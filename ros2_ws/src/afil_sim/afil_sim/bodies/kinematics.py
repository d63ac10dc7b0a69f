"""Kinematics of an arm, computed by MuJoCo on the model that is simulated anyway."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from afil_core.schema import Schema
from afil_sim.bodies.base import Vector
from afil_sim.physics.offscreen import mujoco


class InverseConfig(Schema):
    """Settings of the inverse kinematics.

    Attributes:
        iterations: Most Newton steps per target.
        tolerance: Task-space error (m and rad, together) at which to stop.
        damping: Damping of the pseudo-inverse; keeps steps finite near singularities.
        posture_gain: Share of the way to the posture taken in the null space per step.
        limit_margin_rad: Distance kept from the joint limits.
    """

    iterations: int = Field(12, ge=1)
    tolerance: float = Field(1e-4, gt=0)
    damping: float = Field(0.02, gt=0)
    posture_gain: float = Field(0.05, ge=0)
    limit_margin_rad: float = Field(0.02, ge=0)


class ArmKinematics:
    """Pose, Jacobian and inverse of one site of a MuJoCo model.

    It works on data of its own: the simulated state is neither read nor changed.

    Args:
        model: The compiled ``mujoco.MjModel``.
        joints: Names of the arm's joints, from the base to the hand.
        site: Name of the site that is moved.
    """

    def __init__(self, model: Any, joints: tuple[str, ...], site: str) -> None:
        self._model = model
        self._data = mujoco.MjData(model)
        self._site = model.site(site).id
        self._qpos = [int(model.joint(name).qposadr[0]) for name in joints]
        self._dofs = [int(model.joint(name).dofadr[0]) for name in joints]
        ranges = np.array([model.joint(name).range for name in joints])
        self.minimum: Vector = ranges[:, 0]
        self.maximum: Vector = ranges[:, 1]
        self._linear, self._angular = np.zeros((3, model.nv)), np.zeros((3, model.nv))

    def pose(self, joints: Vector) -> Vector:
        """Pose [7] (x, y, z in m, qx, qy, qz, qw) of the site at joint angles [J], rad."""
        self._place(joints)
        return pose_of(self._data.site_xpos[self._site], self._data.site_xmat[self._site])

    def jacobian(self, joints: Vector) -> Vector:
        """Geometric Jacobian of the site.

        Args:
            joints: Joint angles [J], rad.

        Returns:
            [6, J]: linear velocity (m/s) and angular velocity (rad/s) in the base frame per
            joint velocity (rad/s).
        """
        self._place(joints)
        return self._jacobian()

    def inverse(
        self, target: Vector, start: Vector, posture: Vector, config: InverseConfig
    ) -> Vector:
        """Joint angles at which the site is as near to a pose as the joint limits allow.

        Damped least squares (Nakamura and Hanafusa 1986) with a pull to a posture in the null
        space, projected onto the joint limits after every step.

        Args:
            target: Pose [7] (m, quaternion x, y, z, w).
            start: Joint angles [J] to start from, rad.
            posture: Joint angles [J] to prefer, rad.
            config: Settings.

        Returns:
            Joint angles [J], rad, within the limits. An unreachable target gives a near pose.
        """
        low, high = self.minimum + config.limit_margin_rad, self.maximum - config.limit_margin_rad
        wanted = np.roll(target[3:], 1)  # MuJoCo has w first
        joints = np.clip(start, low, high)
        for _ in range(config.iterations):
            self._place(joints)
            error = self._error(target[:3], wanted)
            if float(np.linalg.norm(error)) < config.tolerance:
                break
            matrix = self._jacobian()
            damped = matrix @ matrix.T + config.damping**2 * np.eye(6)
            inverse = np.linalg.solve(damped, matrix).T
            pull = config.posture_gain * (posture - joints)
            joints = np.clip(joints + inverse @ (error - matrix @ pull) + pull, low, high)
        return joints

    def _place(self, joints: Vector) -> None:
        self._data.qpos[self._qpos] = joints
        mujoco.mj_kinematics(self._model, self._data)

    def _jacobian(self) -> Vector:
        mujoco.mj_comPos(self._model, self._data)
        mujoco.mj_jacSite(self._model, self._data, self._linear, self._angular, self._site)
        return np.vstack([self._linear[:, self._dofs], self._angular[:, self._dofs]])

    def _error(self, position: Vector, wanted: Vector) -> Vector:
        """What is missing to a pose: [6], m and rotation vector (rad), in the base frame."""
        now, turn, rotation = np.empty(4), np.empty(4), np.empty(3)
        mujoco.mju_mat2Quat(now, self._data.site_xmat[self._site])
        mujoco.mju_negQuat(now, now)
        mujoco.mju_mulQuat(turn, wanted, now)
        mujoco.mju_quat2Vel(rotation, turn, 1.0)
        return np.concatenate([position - self._data.site_xpos[self._site], rotation])


def pose_of(position: Vector, matrix: Vector) -> Vector:
    """Pose [7] (x, y, z in m, qx, qy, qz, qw) of a position [3] and a rotation matrix [9].

    Of the quaternion's two signs it takes the one whose largest component is positive: with
    the hand pointing down, the common choice qw >= 0 would jump between the two.
    """
    quaternion = np.empty(4)
    mujoco.mju_mat2Quat(quaternion, np.ascontiguousarray(matrix).reshape(9))
    sign = np.sign(quaternion[int(np.argmax(np.abs(quaternion)))])
    return np.concatenate([position, sign * np.roll(quaternion, -1)])
