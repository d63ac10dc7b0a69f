"""Task ``face_up``: turn the mark to the top."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from afil_core.contract import Contract
from afil_core.registry import Selection
from afil_sim.bodies import Vector
from afil_sim.tasks import Task, TaskConfig
from afil_sim.worlds import WORLDS, World
from turntable.world import Turntable


class FaceUp(Task):
    """Turn until the mark is at the top."""

    class Config(TaskConfig):
        """Settings of the task.

        Attributes:
            tolerance: How far the mark may be from the top, rad.
            gain: Share of the remaining angle that the expert turns per second.
        """

        robot: str = "turntable"
        world: Annotated[Selection[World], WORLDS] = Field(
            default_factory=lambda: WORLDS.select("turntable")
        )
        instruction: str = Field("turn the white mark to the top", min_length=1)
        max_steps: int = Field(50, ge=1)
        # It paints no cue.
        cue: Literal["none"] = "none"
        tolerance: float = Field(0.1, gt=0)
        gain: float = Field(1.5, gt=0)

    world: Turntable

    def __init__(self, config: Config, name: str, contract: Contract) -> None:
        super().__init__(config, name, contract)
        self._cfg = config

    def draw(self, seed: int) -> None:
        """Point the disc anywhere but up."""
        rng = np.random.default_rng(seed)
        self.world.body.heading = float(rng.choice([-1, 1]) * rng.uniform(0.5, 3.0))

    def judge(self) -> None:
        """Nothing to remember: the heading says it all."""

    @property
    def success(self) -> bool:
        """Whether the mark is at the top."""
        return abs(self.world.body.heading) < self._cfg.tolerance

    @property
    def score(self) -> float:
        """1 at the top, 0 at the bottom."""
        return 1 - abs(self.world.body.heading) / np.pi

    def expert_action(self) -> Vector:
        """Turn back by a share of what is left; the contract's limits cap it."""
        return np.array([-self._cfg.gain * self.world.body.heading])

    def perturb(self, action: Vector, noise: Vector) -> Vector:
        """Noise on the rate."""
        return action + noise[:1]
