"""What a task is: a scene drawn from a seed, an instruction, success and score, an expert."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_core.saliency import KeyObject
from afil_core.schema import Schema
from afil_sim.bodies import Vector
from afil_sim.cues import Cue, CueName, Image
from afil_sim.experts.noise import ExplorationNoise
from afil_sim.worlds import WORLDS, World

Observations = dict[str, NDArray[Any]]


class TaskConfig(Schema):
    """What every task says of itself, with a default for each in its own ``Config``.

    A task that knows no cue, or not all, narrows the type of ``cue``.

    Attributes:
        robot: Name of the robot's contract.
        world: The world in which it is set.
        instruction: The task in words.
        max_steps: Control steps after which an episode ends.
        cue: Confounding cue in the image.
        noise: Standard deviation of the noise on each step of the expert's demonstration.
    """

    robot: str
    world: Annotated[Selection[World], WORLDS]
    instruction: str = Field(min_length=1)
    max_steps: int = Field(ge=1)
    cue: CueName = "none"
    noise: float = Field(0.0, ge=0)


class Task(ABC):
    """A task in its world, one episode after the other.

    Args:
        config: The task's settings, an instance of :attr:`Config`.
        name: Its name in the registry.
        contract: The robot's contract.
    """

    Config: ClassVar[type[TaskConfig]] = TaskConfig

    def __init__(self, config: TaskConfig, name: str, contract: Contract) -> None:
        self.config = config
        self.name = name
        self.contract = contract
        self.world = config.world.build(contract)
        self.steps = 0
        self._cue = Cue(config.cue, self.paint_cue, self.random_expert_action)
        self._noise = ExplorationNoise(0.0, 0)

    def reset(self, seed: int) -> Observations:
        """Begin the episode of a seed, which decides all in it that is random.

        Returns:
            See :meth:`observe`.
        """
        self.steps = 0
        self.draw(seed)
        self.world.body.hold()
        self._cue.reset(seed)
        self._noise = ExplorationNoise(self.config.noise, seed, size=self.noise_size)
        return self.observe()

    def step(self) -> Observations:
        """Let one control period go by, under the commands that the body has.

        Returns:
            See :meth:`observe`.
        """
        self.world.advance()
        self.steps += 1
        self.judge()
        return self.observe()

    def observe(self) -> Observations:
        """What the sensors say now, by the contract's names; the cue is on the anchor's image."""
        seen = self.world.body.observe()
        anchor = self.contract.anchor
        seen[anchor] = self._cue.paint(seen[anchor], self.expert_action, self.last_action)
        return seen

    def demonstration(self) -> Vector:
        """The expert's action with its noise; once per frame, for the noise goes on."""
        return self.perturb(self.expert_action(), self._noise.draw())

    @property
    def done(self) -> bool:
        """Whether the episode is over."""
        return self.over or self.steps >= self.config.max_steps

    @property
    def over(self) -> bool:
        """Whether there is nothing more to do, in good or bad: here, that it is solved."""
        return self.success

    @property
    def has_expert(self) -> bool:
        """Whether there is somebody to demonstrate it."""
        return True

    @property
    def noise_size(self) -> int:
        """How many numbers the noise of :meth:`perturb` has."""
        return 3

    def metrics(self) -> dict[str, float]:
        """What there is to count of the episode beside its score; it gets into the results."""
        return {}

    def info(self) -> dict[str, Any]:
        """What else there is to know of the state, for whoever looks into the simulation."""
        return {}

    def key_objects(self, size: tuple[int, int]) -> list[KeyObject]:
        """What matters now in the anchor's image.

        Args:
            size: Height and width of the image, px.

        Raises:
            AfilError: When the world does not know.
        """
        del size
        raise AfilError(
            f"the world of task '{self.name}' does not know what matters in its images"
        )

    def perturb(self, action: Vector, noise: Vector) -> Vector:
        """An expert's action with noise; here none of it."""
        del noise
        return action

    def paint_cue(self, image: Image, action: Vector) -> Image:
        """A copy of an image that shows an action; called only where there is a cue."""
        raise NotImplementedError(f"{type(self).__name__} knows a cue and paints none")

    def random_expert_action(self, rng: np.random.Generator) -> Vector:
        """An action that the expert takes in a state drawn at random, for a broken cue."""
        raise NotImplementedError(f"{type(self).__name__} knows a cue and draws none")

    def last_action(self) -> Vector:
        """The action that led to this state; asked for only where a cue shows it."""
        raise NotImplementedError(f"{type(self).__name__} knows a cue and tells no last action")

    @abstractmethod
    def draw(self, seed: int) -> None:
        """Set the scene of a seed."""

    @abstractmethod
    def judge(self) -> None:
        """Look at the state after a step: what success and score are made of."""

    @property
    @abstractmethod
    def success(self) -> bool:
        """Whether it is solved."""

    @property
    @abstractmethod
    def score(self) -> float:
        """How well the episode went so far, 0..1."""

    @abstractmethod
    def expert_action(self) -> Vector:
        """What the expert does in this state: an action [D] of the contract."""

    def close(self) -> None:
        """Free the world."""
        self.world.close()
