"""The task ``lift_carrot``: lift a small orange carrot off the table.

The scene is drawn from a seed: where the carrot lies and how it is turned, which distractors
of other shapes and colors lie around it, and where the end effector starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field

from afil_core.contract import Contract
from afil_core.registry import Selection
from afil_sim.bodies import Vector
from afil_sim.cues import Image
from afil_sim.cues.pendant import paint_pendant
from afil_sim.experts.lift import LiftExpert, LiftExpertConfig, imagined_commands
from afil_sim.tasks.base import Task, TaskConfig
from afil_sim.worlds import WORLDS, World

if TYPE_CHECKING:
    from afil_sim.worlds.table_top import TableTop

TARGET: Final = "carrot"
_CARROT_HEIGHT: Final = 0.0125
# Half of the height of each distractor, m.
_DISTRACTORS: Final = {"cube": 0.022, "can": 0.026, "ball": 0.023, "brick": 0.016}
_COLORS: Final = (
    (0.13, 0.30, 0.80),
    (0.14, 0.55, 0.24),
    (0.45, 0.20, 0.68),
    (0.08, 0.56, 0.60),
    (0.80, 0.22, 0.58),
    (0.20, 0.21, 0.24),
)
_POINTING_DOWN: Final = np.array([1.0, 0.0, 0.0, 0.0])
# Height of the TCP over the carrot (m) below which noise could knock it over.
_QUIET_HEIGHT: Final = 0.035


class LiftCarrot(Task):
    """Lift the carrot and hold it up.

    Args:
        config: What an episode is drawn from and when it is solved.
        name: Its name in the registry.
        contract: The arm's contract.
    """

    class Config(TaskConfig):
        """Settings of the task; lengths in m, positions in fr3_link0.

        Attributes:
            carrot_min: Lower corner (x, y) of the region in which the carrot lies.
            carrot_max: Upper corner (x, y) of that region.
            carrot_max_yaw: Largest turn of the carrot away from the x axis, rad; the fingers
                open along y.
            clutter_margin: How far the distractors' region extends beyond the carrot's.
            clearance: Least distance between the carrot and a distractor.
            spacing: Least distance between two distractors.
            start: Mean start position (x, y, z) of the end effector.
            start_spread: Half width of the start position's range (x, y, z).
            lift_height: How high the carrot must be lifted.
            hold_steps: For how many control steps in a row it must be there.
            expert: Settings of the scripted expert.
        """

        robot: str = "franka"
        world: Annotated[Selection[World], WORLDS] = Field(
            default_factory=lambda: WORLDS.select("table_top", scene="lift_carrot.xml")
        )
        instruction: str = Field("lift the small orange object", min_length=1)
        max_steps: int = Field(70, ge=1)
        cue: Literal["none", "intact", "broken"] = "none"
        carrot_min: tuple[float, float] = (0.38, -0.175)
        carrot_max: tuple[float, float] = (0.63, 0.175)
        carrot_max_yaw: float = Field(0.44, ge=0)
        clutter_margin: float = Field(0.045, ge=0)
        clearance: float = Field(0.10, ge=0)
        spacing: float = Field(0.075, ge=0)
        start: tuple[float, float, float] = (0.47, 0.0, 0.26)
        start_spread: tuple[float, float, float] = (0.06, 0.06, 0.04)
        lift_height: float = Field(0.08, gt=0)
        hold_steps: int = Field(5, ge=1)
        expert: LiftExpertConfig = Field(default_factory=LiftExpertConfig)

    world: TableTop

    def __init__(self, config: Config, name: str, contract: Contract) -> None:
        super().__init__(config, name, contract)
        self._cfg = config
        self._expert = LiftExpert(config.expert)
        self._held = self._longest = 0
        self._highest = 0.0

    @property
    def carrot_pose(self) -> Vector:
        """Pose [7] of the carrot in fr3_link0 (m, quaternion x, y, z, w)."""
        return self.world.body_pose(TARGET)

    def draw(self, seed: int) -> None:
        """Put arm, carrot and distractors where the seed wants them."""
        cfg, rng = self._cfg, np.random.default_rng([seed, 0x6C6966])
        self._held = self._longest = 0
        self._highest = 0.0
        start = np.concatenate([self._draw_start(rng), _POINTING_DOWN])
        self.world.reset(self.world.arm.joints_at(start))
        carrot = self._draw_carrot(rng)
        yaw = rng.uniform(-cfg.carrot_max_yaw, cfg.carrot_max_yaw) + np.pi * rng.integers(2)
        self.world.place(TARGET, carrot, yaw)
        self._place_distractors(rng, carrot[:2])

    def _place_distractors(self, rng: np.random.Generator, carrot: Vector) -> None:
        cfg = self._cfg
        low = np.array(cfg.carrot_min) - cfg.clutter_margin
        high = np.array(cfg.carrot_max) + cfg.clutter_margin
        names = rng.permutation(list(_DISTRACTORS))
        colors = rng.permutation(len(_COLORS))
        count = int(rng.integers(3, 5))
        placed: list[Vector] = []
        for i, name in enumerate(names):
            half_height = _DISTRACTORS[name]
            self.world.paint(name, _COLORS[colors[i]])
            if i >= count:
                # On the floor behind the wall, where no camera sees it.
                self.world.place(name, np.array([-2.0, 0.0, half_height - 0.8]))
                continue
            while True:
                position = rng.uniform(low, high)
                clear = np.hypot(*(position - carrot)) > cfg.clearance
                if clear and all(np.hypot(*(position - p)) > cfg.spacing for p in placed):
                    break
            placed.append(position)
            self.world.place(name, np.append(position, half_height), rng.uniform(-np.pi, np.pi))

    def judge(self) -> None:
        """Count for how long the carrot has been up."""
        height = float(self.carrot_pose[2]) - _CARROT_HEIGHT
        self._held = self._held + 1 if height >= self._cfg.lift_height else 0
        self._longest = max(self._longest, self._held)
        self._highest = max(self._highest, height)

    @property
    def success(self) -> bool:
        """Whether the carrot has been held high for long enough."""
        return self._held >= self._cfg.hold_steps

    @property
    def score(self) -> float:
        """Half for how high the carrot came, half for how long it was held there."""
        height = min(max(self._highest, 0.0) / self._cfg.lift_height, 1.0)
        return 0.5 * height + 0.5 * min(self._longest / self._cfg.hold_steps, 1.0)

    def info(self) -> dict[str, Any]:
        """Where the carrot is: ``target_object_pose`` [7]."""
        return {"target_object_pose": self.carrot_pose}

    def expert_action(self) -> Vector:
        """What the scripted expert does in this state: action [7], see :class:`LiftExpert`."""
        arm = self.world.arm
        return self._expert.act(arm.ee_pose, arm.gripper_width, self.carrot_pose)

    def perturb(self, action: Vector, noise: Vector) -> Vector:
        """Noise on the translation, except close over the carrot."""
        if self.world.arm.ee_pose[2] - self.carrot_pose[2] <= _QUIET_HEIGHT:
            return action
        return np.concatenate([action[:3] + noise, action[3:]])

    def paint_cue(self, image: Image, action: Vector) -> Image:
        """The pendant, showing an action [7]."""
        return paint_pendant(image, action)

    def random_expert_action(self, rng: np.random.Generator) -> Vector:
        """The expert's action [7] at a random moment of an episode that is only imagined."""
        start, carrot = self._draw_start(rng), self._draw_carrot(rng)
        commands = imagined_commands(
            self._expert,
            np.concatenate([start, _POINTING_DOWN]),
            np.concatenate([carrot, [0.0, 0.0, 0.0, 1.0]]),
            self._cfg.lift_height,
            self._cfg.hold_steps,
        )
        return commands[int(rng.integers(len(commands)))]

    def _draw_start(self, rng: np.random.Generator) -> Vector:
        spread = np.array(self._cfg.start_spread)
        return np.array(self._cfg.start) + rng.uniform(-spread, spread)

    def _draw_carrot(self, rng: np.random.Generator) -> Vector:
        planar = rng.uniform(self._cfg.carrot_min, self._cfg.carrot_max)
        return np.append(planar, _CARROT_HEIGHT)
