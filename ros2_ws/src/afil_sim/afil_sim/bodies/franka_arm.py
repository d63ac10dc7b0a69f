"""The simulated Franka Research 3 with its hand, commanded by poses of its TCP in fr3_link0."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from pydantic import Field

from afil_core.actions import TargetIntegrator
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_sim.bodies.base import Body, Sensor, Vector
from afil_sim.bodies.fr3 import (
    ARM_JOINTS,
    FINGER_JOINTS,
    GRIPPER_MAX_SPEED,
    GRIPPER_MAX_WIDTH,
    JOINT_MAX_VELOCITY,
    READY_JOINTS,
    TCP,
)
from afil_sim.bodies.kinematics import ArmKinematics, pose_of
from afil_sim.bodies.tracking import TargetTracker, TrackingConfig

# A pose far from where the arm is takes more Newton steps than the next target does.
_FAR: Final = TrackingConfig(iterations=50)


class FrankaArm(Body):
    """An FR3 in a MuJoCo model.

    Args:
        config: Settings.
        contract: The robot's contract.
        model: The compiled ``mujoco.MjModel``, with ``fr3.xml`` in it.
        data: The simulated ``mujoco.MjData``.
        camera: What takes the contract's pictures.

    Raises:
        AfilError: When the contract asks for what the arm lacks, or does not command an end
            effector within limits.
    """

    class Config(Schema):
        """Settings of the arm.

        Attributes:
            tracking: How it follows its target.
        """

        tracking: TrackingConfig = Field(default_factory=TrackingConfig)

    def __init__(
        self, config: Config, contract: Contract, model: Any, data: Any, camera: Sensor
    ) -> None:
        super().__init__(
            contract,
            {
                "image": camera,
                "pose": lambda _: self.ee_pose,
                "joint_positions": lambda _: self.joint_positions,
                "joint_velocities": lambda _: self.joint_velocities,
                "gripper_width": lambda _: np.array([self.gripper_width]),
            },
            {"pose": self.move_to, "gripper": lambda width: self.open_to(float(width[0]))},
        )
        action = contract.action
        if not isinstance(action, EndEffectorDelta):
            raise AfilError(
                f"contract '{contract.robot}' does not command an end effector within limits, "
                f"so its actions are no steps of a target; use a contract with action.kind "
                f"ee_delta"
            )
        self._action = action
        self._data = data
        self._qpos = [model.joint(name).qposadr[0] for name in ARM_JOINTS]
        self._dofs = [model.joint(name).dofadr[0] for name in ARM_JOINTS]
        self._fingers = [model.joint(name).qposadr[0] for name in FINGER_JOINTS]
        self._actuators_of_joints = [model.actuator(name).id for name in ARM_JOINTS]
        self._actuators_of_fingers = [model.actuator(name).id for name in FINGER_JOINTS]
        self._tcp = model.site(TCP).id
        self._dt = float(model.opt.timestep)
        self.kinematics = ArmKinematics(model, ARM_JOINTS, TCP)
        self._tracker = TargetTracker(
            config.tracking, self.kinematics, JOINT_MAX_VELOCITY, READY_JOINTS
        )
        self._target = self.kinematics.pose(READY_JOINTS)
        self._width_target = self._width_setpoint = GRIPPER_MAX_WIDTH

    def reset(self, joints: Vector, width: float = GRIPPER_MAX_WIDTH) -> None:
        """Stand at joint angles [7] (rad) with an opening of the gripper (m).

        Whoever calls it computes the model's state afterwards (``mj_forward``).
        """
        self._data.qpos[self._qpos] = joints
        self._data.qpos[self._fingers] = width / 2
        self._tracker.reset(joints)
        self._target = self.kinematics.pose(joints)
        self._width_target = self._width_setpoint = width
        self._write_setpoints(joints)

    def joints_at(self, pose: Vector) -> Vector:
        """Joint angles [7] (rad) that bring the TCP to a pose [7] from the ready posture."""
        return self.kinematics.inverse(pose, READY_JOINTS, READY_JOINTS, _FAR)

    def move_to(self, pose: Vector) -> None:
        """Aim at a pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w)."""
        self._target = np.array(pose, dtype=np.float64)

    def open_to(self, width: float) -> None:
        """Aim at an opening of the gripper, m; clipped to what the hand can do."""
        self._width_target = float(np.clip(width, 0.0, GRIPPER_MAX_WIDTH))

    def hold(self) -> None:
        """Stay where it is until it is told otherwise."""
        self.move_to(self.ee_pose)
        self.open_to(self.gripper_width)

    def commands(self, action: Vector) -> dict[str, Vector]:
        """Target pose and opening after a step of the last commanded target.

        The measured pose has no say in it: adding to it at every step would let the lag of the
        arm eat part of each action.

        Args:
            action: Action [7]: translation (m), rotation vector (rad), gripper width (m).

        Returns:
            Pose [7] in the base frame and opening [1] (m), both within the limits.

        Raises:
            AfilError: When the action is not seven finite numbers.
        """
        values = np.asarray(action, dtype=np.float64)
        if values.shape != (7,) or not np.isfinite(values).all():
            raise AfilError(f"an ee_delta action is 7 finite numbers, not {action!r}")
        integrator = TargetIntegrator(self._action.limits)
        integrator.start_from(self._target)
        pose, gripper = self._action.pose_command, self._action.gripper_command
        width = np.clip(values[6:], gripper.minimum_m, gripper.maximum_m)
        return {pose.name: integrator.step(values[:6]), gripper.name: width}

    def begin_period(self) -> None:
        """Take the newest target, once per control period."""
        self._tracker.set_target(self._target)

    def drive(self, remaining_s: float) -> None:
        """Set the motors for one physics step; ``remaining_s`` of the control period are left."""
        joints = self._tracker.advance(remaining_s, self._dt, self.joint_positions)
        step = GRIPPER_MAX_SPEED * self._dt
        self._width_setpoint += float(
            np.clip(self._width_target - self._width_setpoint, -step, step)
        )
        self._write_setpoints(joints)

    def _write_setpoints(self, joints: Vector) -> None:
        self._data.ctrl[self._actuators_of_joints] = joints
        self._data.ctrl[self._actuators_of_fingers] = self._width_setpoint / 2

    @property
    def joint_positions(self) -> Vector:
        """Joint angles [7], rad."""
        return np.array(self._data.qpos[self._qpos])

    @property
    def joint_velocities(self) -> Vector:
        """Joint velocities [7], rad/s."""
        return np.array(self._data.qvel[self._dofs])

    @property
    def gripper_width(self) -> float:
        """Opening of the gripper, m: the sum of the two finger joints."""
        return float(self._data.qpos[self._fingers].sum())

    @property
    def ee_pose(self) -> Vector:
        """Pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w)."""
        return pose_of(self._data.site_xpos[self._tcp], self._data.site_xmat[self._tcp])
