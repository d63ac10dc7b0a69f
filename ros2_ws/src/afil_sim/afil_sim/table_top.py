"""The Franka table top: physics, arm, gripper and camera of one scene."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from afil_sim.franka.kinematics import (
    ARM_JOINTS,
    FINGER_JOINTS,
    GRIPPER_MAX_SPEED,
    GRIPPER_MAX_WIDTH,
    Vector,
    transform_to_pose,
)
from afil_sim.franka.tracking import TargetTracker, TrackingConfig
from afil_sim.offscreen import Camera, mujoco


@dataclass(frozen=True)
class TableTopConfig:
    """Settings of the simulated table top.

    Attributes:
        control_period_s: Time between two commands, s.
        image_shape: Height and width of the camera image, px.
        camera: Name of the camera in the scene.
        tracking: Settings of the Cartesian tracking.
    """

    control_period_s: float = 0.1
    image_shape: tuple[int, int] = (240, 320)
    camera: str = "front"
    tracking: TrackingConfig = TrackingConfig()


def load_scene(name: str) -> Any:
    """Compile the MuJoCo model of a scene of this package.

    Args:
        name: File name in ``afil_sim/scenes``.

    Returns:
        The ``mujoco.MjModel``.
    """
    package = resources.files("afil_sim")
    arm = package.joinpath("franka/fr3.xml").read_bytes()
    scene = package.joinpath(f"scenes/{name}").read_text()
    return mujoco.MjModel.from_xml_string(scene, {"fr3.xml": arm})


class FrankaTableTop:
    """An FR3 at a table, commanded by absolute targets of its TCP and its gripper width.

    Args:
        scene: File name of the scene in ``afil_sim/scenes``.
        config: Settings; the defaults when None.
    """

    def __init__(self, scene: str, config: TableTopConfig | None = None) -> None:
        self.config = config or TableTopConfig()
        self.model = load_scene(scene)
        self.data = mujoco.MjData(self.model)
        self._arm = [self.model.joint(name).qposadr[0] for name in ARM_JOINTS]
        self._fingers = [self.model.joint(name).qposadr[0] for name in FINGER_JOINTS]
        self._actuators = [self.model.actuator(n).id for n in ARM_JOINTS + FINGER_JOINTS]
        self._tcp = self.model.site("fr3_hand_tcp").id
        self._dt = float(self.model.opt.timestep)
        self._substeps = round(self.config.control_period_s / self._dt)
        self._tracker = TargetTracker(np.zeros(7), self.config.tracking)
        self._width_target = self._width_setpoint = GRIPPER_MAX_WIDTH
        self._camera: Camera | None = None

    def reset(self, joints: Vector, width: float = GRIPPER_MAX_WIDTH) -> None:
        """Forget everything and put the arm at rest.

        Args:
            joints: Joint angles [7], rad.
            width: Opening of the gripper, m.
        """
        mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[self._arm] = joints
        self.data.qpos[self._fingers] = width / 2
        self._tracker = TargetTracker(joints, self.config.tracking)
        self._width_target = self._width_setpoint = width
        self._write_setpoints(joints)
        mujoco.mj_forward(self.model, self.data)

    def place(self, body: str, position: Vector, yaw: float = 0.0) -> None:
        """Put a free body at a position [3] (m, fr3_link0), turned by ``yaw`` (rad) about z."""
        address = self.model.joint(body).qposadr[0]
        self.data.qpos[address : address + 3] = position
        half = 0.5 * yaw
        self.data.qpos[address + 3 : address + 7] = [np.cos(half), 0.0, 0.0, np.sin(half)]
        mujoco.mj_forward(self.model, self.data)

    def paint(self, geom: str, rgb: tuple[float, float, float]) -> None:
        """Give a geom a colour, components in 0..1."""
        self.model.geom_rgba[self.model.geom(geom).id, :3] = rgb

    def command(self, pose: Vector, width: float) -> None:
        """Set the targets that the arm and the gripper move to.

        Args:
            pose: Pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w).
            width: Opening of the gripper, m; clipped to what the hand can do.
        """
        self._tracker.set_target(pose)
        self._width_target = float(np.clip(width, 0.0, GRIPPER_MAX_WIDTH))

    def advance(self) -> None:
        """Simulate one control period."""
        for i in range(self._substeps):
            joints = self._tracker.advance(
                (self._substeps - i) * self._dt, self._dt, self.joint_positions
            )
            step = GRIPPER_MAX_SPEED * self._dt
            self._width_setpoint += float(
                np.clip(self._width_target - self._width_setpoint, -step, step)
            )
            self._write_setpoints(joints)
            mujoco.mj_step(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)

    def _write_setpoints(self, joints: Vector) -> None:
        self.data.ctrl[self._actuators[:7]] = joints
        self.data.ctrl[self._actuators[7:]] = self._width_setpoint / 2

    @property
    def joint_positions(self) -> Vector:
        """Joint angles [7], rad."""
        return np.array(self.data.qpos[self._arm])

    @property
    def joint_velocities(self) -> Vector:
        """Joint velocities [7], rad/s."""
        return np.array(self.data.qvel[[self.model.joint(n).dofadr[0] for n in ARM_JOINTS]])

    @property
    def gripper_width(self) -> float:
        """Opening of the gripper, m: the sum of the two finger joints."""
        return float(self.data.qpos[self._fingers].sum())

    @property
    def ee_pose(self) -> Vector:
        """Pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w)."""
        transform = np.eye(4)
        transform[:3, :3] = self.data.site_xmat[self._tcp].reshape(3, 3)
        transform[:3, 3] = self.data.site_xpos[self._tcp]
        return transform_to_pose(transform)

    def body_pose(self, body: str) -> Vector:
        """Pose [7] of a body in fr3_link0 (m, quaternion x, y, z, w)."""
        transform = np.eye(4)
        transform[:3, :3] = self.data.body(body).xmat.reshape(3, 3)
        transform[:3, 3] = self.data.body(body).xpos
        return transform_to_pose(transform)

    def image(self) -> npt.NDArray[np.uint8]:
        """Image [H, W, 3], RGB, of the scene's camera."""
        if self._camera is None:
            self._camera = Camera(self.model, self.config.camera, self.config.image_shape)
        return self._camera.render(self.data)

    def close(self) -> None:
        """Free the renderer."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None
