"""The task ``gym``: what a Gymnasium environment asks for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from pydantic import Field

from afil_core.contract import Contract
from afil_core.registry import Selection
from afil_sim.bodies import Vector
from afil_sim.cues import Image
from afil_sim.cues.meters import paint_meters
from afil_sim.tasks.base import Task, TaskConfig
from afil_sim.worlds import WORLDS, World

if TYPE_CHECKING:
    from afil_sim.worlds.gym import GymWorld

# Episodes from which a broken cue draws, and the seed of the first; no demonstration has it.
_IMAGINED, _IMAGINED_SEED = 5, 3_000_000
_SAID_BY_THE_ENVIRONMENT: Final = ("instruction", "max_steps")


class Gym(Task):
    """Solve the environment, which says itself when it is solved.

    Args:
        config: Settings; what they do not say, the environment does.
        name: Its name in the registry.
        contract: A contract that was made for the environment.
    """

    class Config(TaskConfig):
        """Settings of the task."""

        robot: str = "gym"
        world: Annotated[Selection[World], WORLDS] = Field(
            default_factory=lambda: WORLDS.select("gym")
        )
        instruction: str = Field("do what is rewarded", min_length=1)
        max_steps: int = Field(1000, ge=1)

    world: GymWorld

    def __init__(self, config: Config, name: str, contract: Contract) -> None:
        super().__init__(config, name, contract)
        self._env = self.world.environment
        unsaid = [k for k in _SAID_BY_THE_ENVIRONMENT if k not in config.model_fields_set]
        said = {key: getattr(self._env, key) for key in unsaid}
        self.config = config.model_copy(update=said)

    def draw(self, seed: int) -> None:
        """Let the environment draw its episode."""
        self._env.reset(seed)

    def judge(self) -> None:
        """Nothing to remember: the environment does."""

    @property
    def success(self) -> bool:
        """Whether the environment says that it is solved."""
        return self._env.success

    @property
    def over(self) -> bool:
        """Whether it is solved, or goes on no longer."""
        return self._env.success or self._env.over

    @property
    def score(self) -> float:
        """What the environment says, 0..1."""
        return self._env.score

    def info(self) -> dict[str, Any]:
        """What the environment says of the step."""
        return dict(self._env.info)

    @property
    def has_expert(self) -> bool:
        """Whether the environment has one."""
        return self._env.has_expert

    @property
    def noise_size(self) -> int:
        """All numbers of the action."""
        return len(self._env.acted.names)

    def expert_action(self) -> Vector:
        """What the environment's expert does in this state."""
        return self._env.expert_action()

    def perturb(self, action: Vector, noise: Vector) -> Vector:
        """Noise in the scale that the environment says."""
        acted = self._env.acted
        return np.clip(action + noise * self._env.noise_scale, acted.low, acted.high)

    def last_action(self) -> Vector:
        """The action of the last step, whoever gave it."""
        return self.world.body.action

    def paint_cue(self, image: Image, action: Vector) -> Image:
        """Meters that show the action."""
        middle = (self._env.acted.high + self._env.acted.low) / 2
        return paint_meters(image, (action - middle) / self._half)

    def random_expert_action(self, rng: np.random.Generator) -> Vector:
        """What the expert does at some moment of episodes that nobody sees."""
        return self._imagined[int(rng.integers(len(self._imagined)))]

    @property
    def _half(self) -> Vector:
        half: Vector = (self._env.acted.high - self._env.acted.low) / 2
        return half

    @cached_property
    def _imagined(self) -> list[Vector]:
        env = type(self._env)(self._env.config, self._env.id)
        found = []
        for seed in range(_IMAGINED_SEED, _IMAGINED_SEED + _IMAGINED):
            env.reset(seed)
            for _ in range(self.config.max_steps):
                if env.over or env.success:
                    break
                found.append(env.expert_action())
                env.step(found[-1])
        env.close()
        return found
