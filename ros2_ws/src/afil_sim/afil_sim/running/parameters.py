"""What a world and its expert are started with: their nodes' parameters."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_sim.cues import CueName
from afil_sim.running.episodes import EpisodesConfig
from afil_sim.tasks import Task, make_task


class WorldParameters(EpisodesConfig):
    """Parameters of ``world_node``."""

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    task: str = Field("", description="Task to simulate; empty: the robot's usual one")
    cue: CueName = Field("none", description="Confounding cue in the image")
    noise: float = Field(
        0.0, ge=0, description="Noise on each step of the expert's demonstration (an arm: m)"
    )
    max_steps: int = Field(
        0, ge=0, description="Control steps after which an episode ends; 0: the task's own"
    )

    def make_task(self, contract: Contract) -> Task:
        """The task that they ask for.

        Raises:
            AfilError: When there is no such task, or it does not know the cue.
        """
        options: dict[str, Any] = {"cue": self.cue, "noise": self.noise}
        if self.max_steps:
            options["max_steps"] = self.max_steps
        return make_task(contract, self.task, **options)


class ExpertParameters(Schema):
    """Parameters of ``expert_node``."""

    robot: str = Field("franka", description="Robot contract: name or YAML file")
