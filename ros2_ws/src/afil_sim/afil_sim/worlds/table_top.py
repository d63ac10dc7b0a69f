"""A table with a Franka arm at its edge: physics, things that lie there, cameras."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.schema import Schema
from afil_sim.bodies import Vector
from afil_sim.bodies.fr3 import READY_JOINTS
from afil_sim.bodies.franka_arm import FrankaArm
from afil_sim.bodies.kinematics import pose_of
from afil_sim.physics.offscreen import Camera, mujoco
from afil_sim.worlds.base import World


def load_scene(name: str) -> Any:
    """Compile the MuJoCo model of a scene of this package.

    Args:
        name: File name in ``afil_sim/worlds/scenes``.

    Returns:
        The ``mujoco.MjModel``.
    """
    package = resources.files("afil_sim")
    arm = package.joinpath("bodies/fr3.xml").read_bytes()
    scene = package.joinpath(f"worlds/scenes/{name}").read_text()
    return mujoco.MjModel.from_xml_string(scene, {"fr3.xml": arm})


class TableTop(World):
    """An FR3 at a table.

    Args:
        config: Settings.
        contract: The arm's contract.

    Raises:
        AfilError: When the scene lacks a camera of the contract, or the arm a sensor.
    """

    class Config(Schema):
        """Settings of the table top.

        Attributes:
            scene: File name in ``afil_sim/worlds/scenes``.
            cameras: Camera of the scene by image stream; a stream ``front_image`` that is not
                listed is taken by the camera ``front``.
            arm: Settings of the arm.
        """

        scene: str = "lift_carrot.xml"
        cameras: dict[str, str] = Field(default_factory=dict)
        arm: FrankaArm.Config = Field(default_factory=FrankaArm.Config)

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self.model = load_scene(config.scene)
        self.data = mujoco.MjData(self.model)
        self._dt = float(self.model.opt.timestep)
        self._substeps = round(contract.period_ns * 1e-9 / self._dt)
        self._names = {
            s.name: config.cameras.get(s.name, s.name.removesuffix("_image"))
            for s in contract.images
        }
        self._require_cameras(config.scene)
        self._cameras: dict[str, Camera] = {}
        self.arm = FrankaArm(config.arm, contract, self.model, self.data, self.image)
        self.reset(READY_JOINTS)

    def _require_cameras(self, scene: str) -> None:
        known = [self.model.camera(i).name for i in range(self.model.ncam)]
        for stream, camera in self._names.items():
            if camera not in known:
                raise AfilError(
                    f"scene {scene} has no camera '{camera}' for observations.{stream}; it has "
                    f"{', '.join(known)}; name one in the world's option cameras"
                )

    @property
    def body(self) -> FrankaArm:
        """The arm."""
        return self.arm

    def reset(self, joints: Vector) -> None:
        """Forget everything and put the arm at rest at joint angles [7], rad."""
        mujoco.mj_resetData(self.model, self.data)
        self.arm.reset(joints)
        mujoco.mj_forward(self.model, self.data)

    def place(self, body: str, position: Vector, yaw: float = 0.0) -> None:
        """Put a free body at a position [3] (m, fr3_link0), turned by ``yaw`` (rad) about z."""
        address = self.model.joint(body).qposadr[0]
        self.data.qpos[address : address + 3] = position
        half = 0.5 * yaw
        self.data.qpos[address + 3 : address + 7] = [np.cos(half), 0.0, 0.0, np.sin(half)]
        mujoco.mj_forward(self.model, self.data)

    def paint(self, geom: str, rgb: tuple[float, float, float]) -> None:
        """Give a geom a color, components in 0..1."""
        self.model.geom_rgba[self.model.geom(geom).id, :3] = rgb

    def advance(self) -> None:
        """Simulate one control period."""
        self.arm.begin_period()
        for i in range(self._substeps):
            self.arm.drive((self._substeps - i) * self._dt)
            mujoco.mj_step(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)

    def body_pose(self, body: str) -> Vector:
        """Pose [7] of a thing in fr3_link0 (m, quaternion x, y, z, w)."""
        thing = self.data.body(body)
        return pose_of(thing.xpos, thing.xmat)

    def image(self, stream: Observation) -> npt.NDArray[np.uint8]:
        """Image [H, W, 3], RGB, of the camera that takes a stream."""
        if stream.name not in self._cameras:
            height, width = stream.shape[:2]
            self._cameras[stream.name] = Camera(
                self.model, self._names[stream.name], (height, width)
            )
        return self._cameras[stream.name].render(self.data)

    def close(self) -> None:
        """Free the renderers."""
        for camera in self._cameras.values():
            camera.close()
        self._cameras.clear()
