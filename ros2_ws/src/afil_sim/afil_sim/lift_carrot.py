"""The task ``lift_carrot``: lift a small orange carrot off the table.

The scene is drawn from a seed: where the carrot lies and how it is turned, which distractors
of other shapes and colours lie around it, and where the end effector starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from afil_sim.cue import Cue
from afil_sim.expert import LiftExpert, imagined_commands
from afil_sim.franka.kinematics import Vector
from afil_sim.franka.tracking import READY_JOINTS, TrackingConfig, solve_inverse_kinematics
from afil_sim.table_top import FrankaTableTop, TableTopConfig

TARGET: Final = "carrot"
_CARROT_HEIGHT: Final = 0.0125
# Half of the height of each distractor, m.
_DISTRACTORS: Final = {"cube": 0.022, "can": 0.026, "ball": 0.023, "brick": 0.016}
_COLOURS: Final = (
    (0.13, 0.30, 0.80),
    (0.14, 0.55, 0.24),
    (0.45, 0.20, 0.68),
    (0.08, 0.56, 0.60),
    (0.80, 0.22, 0.58),
    (0.20, 0.21, 0.24),
)
_POINTING_DOWN: Final = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True)
class LiftCarrotConfig:
    """What an episode is drawn from and when it is solved; lengths in m, fr3_link0.

    Attributes:
        carrot_min: Lower corner (x, y) of the region in which the carrot lies.
        carrot_max: Upper corner (x, y) of that region.
        carrot_max_yaw: Largest turn of the carrot away from the x axis, rad; the fingers open
            along y.
        clutter_margin: How far the distractors' region extends beyond the carrot's.
        clearance: Least distance between the carrot and a distractor.
        spacing: Least distance between two distractors.
        start: Mean start position (x, y, z) of the end effector.
        start_spread: Half width of the start position's range (x, y, z).
        lift_height: How high the carrot must be lifted.
        hold_steps: For how many control steps in a row it must be there.
        max_steps: Control steps after which an episode ends without success.
        cue: One of :data:`afil_sim.cue.CUES`.
    """

    carrot_min: tuple[float, float] = (0.38, -0.175)
    carrot_max: tuple[float, float] = (0.63, 0.175)
    carrot_max_yaw: float = 0.44
    clutter_margin: float = 0.045
    clearance: float = 0.10
    spacing: float = 0.075
    start: tuple[float, float, float] = (0.47, 0.0, 0.26)
    start_spread: tuple[float, float, float] = (0.06, 0.06, 0.04)
    lift_height: float = 0.08
    hold_steps: int = 5
    max_steps: int = 70
    cue: str = "none"


class LiftCarrot:
    """The table top with the task's scene, observations, success and scripted expert.

    Args:
        config: The task; the defaults when None.
        table_top: The table top; the defaults when None.
    """

    def __init__(
        self, config: LiftCarrotConfig | None = None, table_top: TableTopConfig | None = None
    ) -> None:
        self.config = config or LiftCarrotConfig()
        self.expert = LiftExpert()
        self.cue = Cue(self.config.cue, self._random_command)
        self._world = FrankaTableTop("lift_carrot.xml", table_top)
        self._held = 0
        self._steps = 0

    @property
    def control_period_s(self) -> float:
        """Time between two control steps, s."""
        return self._world.config.control_period_s

    @property
    def table_top(self) -> FrankaTableTop:
        """The physics beneath the task."""
        return self._world

    @property
    def target_object_pose(self) -> Vector:
        """Pose [7] of the carrot in fr3_link0 (m, quaternion x, y, z, w)."""
        return self._world.body_pose(TARGET)

    @property
    def success(self) -> bool:
        """Whether the carrot has been held high for long enough."""
        return self._held >= self.config.hold_steps

    @property
    def done(self) -> bool:
        """Whether the episode is over, solved or out of time."""
        return self.success or self._steps >= self.config.max_steps

    @property
    def steps(self) -> int:
        """Control steps taken in this episode."""
        return self._steps

    def reset(self, seed: int) -> dict[str, npt.NDArray[Any]]:
        """Draw a scene.

        Args:
            seed: Decides everything in the episode that is random.

        Returns:
            The observation, see :meth:`observe`.
        """
        cfg, rng = self.config, np.random.default_rng([seed, 0x6C6966])
        self._held = self._steps = 0
        start = self._draw_start(rng)
        self._world.reset(
            solve_inverse_kinematics(
                np.concatenate([start, _POINTING_DOWN]), READY_JOINTS, TrackingConfig(50)
            )
        )
        carrot = self._draw_carrot(rng)
        yaw = rng.uniform(-cfg.carrot_max_yaw, cfg.carrot_max_yaw) + np.pi * rng.integers(2)
        self._world.place(TARGET, carrot, yaw)
        self._place_distractors(rng, carrot[:2])
        self.cue.reset(seed)
        return self.observe()

    def _place_distractors(self, rng: np.random.Generator, carrot: Vector) -> None:
        cfg = self.config
        low = np.array(cfg.carrot_min) - cfg.clutter_margin
        high = np.array(cfg.carrot_max) + cfg.clutter_margin
        names = rng.permutation(list(_DISTRACTORS))
        colours = rng.permutation(len(_COLOURS))
        count = int(rng.integers(3, 5))
        placed: list[Vector] = []
        for i, name in enumerate(names):
            half_height = _DISTRACTORS[name]
            self._world.paint(name, _COLOURS[colours[i]])
            if i >= count:
                # On the floor behind the wall, where no camera sees it.
                self._world.place(name, np.array([-2.0, 0.0, half_height - 0.8]))
                continue
            while True:
                position = rng.uniform(low, high)
                clear = np.hypot(*(position - carrot)) > cfg.clearance
                if clear and all(np.hypot(*(position - p)) > cfg.spacing for p in placed):
                    break
            placed.append(position)
            self._world.place(name, np.append(position, half_height), rng.uniform(-np.pi, np.pi))

    def step(self, target_pose: Vector, gripper_width: float) -> dict[str, npt.NDArray[Any]]:
        """Simulate one control step towards a target.

        Args:
            target_pose: Pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w).
            gripper_width: Target opening, m.

        Returns:
            The observation after it, see :meth:`observe`.
        """
        self._world.command(target_pose, gripper_width)
        self._world.advance()
        self._steps += 1
        height = self.target_object_pose[2] - _CARROT_HEIGHT
        self._held = self._held + 1 if height >= self.config.lift_height else 0
        return self.observe()

    def observe(self) -> dict[str, npt.NDArray[Any]]:
        """What the sensors say now, by the names of the contract ``franka``.

        Returns:
            ``front_image`` uint8 [H, W, 3] RGB with the cue, ``ee_pose`` float64 [7] (m, x y z w
            quaternion), ``joint_positions`` float64 [7] (rad), ``gripper_width`` float64 [1] (m).
        """
        return {
            "front_image": self.cue.paint(self._world.image(), self.expert_action()),
            "ee_pose": self._world.ee_pose,
            "joint_positions": self._world.joint_positions,
            "gripper_width": np.array([self._world.gripper_width]),
        }

    def expert_action(self) -> Vector:
        """What the scripted expert does in this state: action [7], see :class:`LiftExpert`."""
        return self.expert.act(
            self._world.ee_pose, self._world.gripper_width, self.target_object_pose
        )

    def _random_command(self, rng: np.random.Generator) -> Vector:
        """The expert's action [7] at a random moment of an episode that is only imagined."""
        start, carrot = self._draw_start(rng), self._draw_carrot(rng)
        commands = imagined_commands(
            self.expert,
            np.concatenate([start, _POINTING_DOWN]),
            np.concatenate([carrot, [0.0, 0.0, 0.0, 1.0]]),
            self.config.lift_height,
            self.config.hold_steps,
        )
        return commands[int(rng.integers(len(commands)))]

    def _draw_start(self, rng: np.random.Generator) -> Vector:
        spread = np.array(self.config.start_spread)
        return np.array(self.config.start) + rng.uniform(-spread, spread)

    def _draw_carrot(self, rng: np.random.Generator) -> Vector:
        planar = rng.uniform(self.config.carrot_min, self.config.carrot_max)
        return np.append(planar, _CARROT_HEIGHT)

    def close(self) -> None:
        """Free the renderer."""
        self._world.close()
