"""The tasks ``drive`` and ``drive_unseen``: routes of the town, each with a dangerous moment.

The seed chooses the scenario, one after the other, and all in it that is random.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field

from afil_core.contract import Contract
from afil_core.registry import Selection
from afil_core.saliency import KeyObject
from afil_sim.bodies import Vector
from afil_sim.cues import Image
from afil_sim.cues.icons import paint_icons
from afil_sim.experts.driving import DrivingExpert, DrivingExpertConfig
from afil_sim.scenarios import PAPER, SCENARIOS
from afil_sim.tasks.base import Task, TaskConfig
from afil_sim.town.referee import JUDGED, Referee
from afil_sim.town.relevance import key_objects
from afil_sim.town.score import counts
from afil_sim.town.stage import Stage
from afil_sim.worlds import WORLDS, World
from afil_sim.worlds.town import Town

# As the Leaderboard's test for a blocked agent, m/s.
_MOVING: Final = 0.1


class Drive(Task):
    """Drive a route to its end without an infraction.

    Args:
        config: Which routes.
        name: Its name in the registry.
        contract: The car's contract.
    """

    class Config(TaskConfig):
        """Settings of the task.

        Attributes:
            scenarios: Scenarios by name; the seed takes one after the other.
            routes: Those for training, or the others.
            expert: Settings of the scripted driver.
            blocked_s: An episode ends when the car stands still for so long; the Leaderboard
                waits 180 s, which is longer than an episode here.
        """

        robot: str = "carla"
        world: Annotated[Selection[World], WORLDS] = Field(
            default_factory=lambda: WORLDS.select("town")
        )
        instruction: str = Field(
            "drive along the street, stop at the red light and the stop sign, and avoid the "
            "pedestrian, the cyclist and the car",
            min_length=1,
        )
        max_steps: int = Field(2000, ge=1)
        scenarios: tuple[str, ...] = Field(PAPER, min_length=1)
        routes: Literal["seen", "unseen"] = "seen"
        expert: DrivingExpertConfig = Field(default_factory=DrivingExpertConfig)
        blocked_s: float = Field(30.0, gt=0)

    world: Town

    def __init__(self, config: Config, name: str, contract: Contract) -> None:
        super().__init__(config, name, contract)
        self._cfg = config
        self.scenarios = {n: SCENARIOS.select(n).build() for n in config.scenarios}
        self.scenario = ""
        self.stage: Stage
        self.referee: Referee
        self._action: Vector = np.zeros(3)
        self._standing = 0

    def draw(self, seed: int) -> None:
        """Put the car at the begin of its route and everybody else where the seed wants them."""
        self.scenario = list(self.scenarios)[seed % len(self.scenarios)]
        scenario = self.scenarios[self.scenario]
        setting = getattr(scenario.config, self._cfg.routes)
        self.stage = self.world.reset(setting, seed)
        scenario.populate(self.stage)
        self.stage.dress()
        self.referee = Referee(
            self.world.network, self.world.scenery, self.stage.route, self.stage.may_leave
        )
        self._expert = DrivingExpert(self._cfg.expert, self.stage)
        self.world.engage(self.expert_action)
        self._standing = 0
        self._think()

    def judge(self) -> None:
        """Let the referee look, and the expert decide."""
        stands = abs(self.world.car.speed) < _MOVING
        self._standing = self._standing + 1 if stands else 0
        hit = self.referee.watch(self.world.traffic)
        if hit is not None:
            self.world.bump(hit)
        self.world.traffic.ego_s = self.referee.s
        self._think()

    def _think(self) -> None:
        referee = self.referee
        self._action = self._expert.act(
            self.world.car, self.world.traffic, referee.s, referee.lateral
        )

    @property
    def over(self) -> bool:
        """Whether the route is driven, or lost, or the car stands for good."""
        return self.referee.arrived or self.referee.lost or self.blocked

    @property
    def blocked(self) -> bool:
        """Whether the car stands for good."""
        return self._standing * self.contract.period_ns * 1e-9 >= self._cfg.blocked_s

    @property
    def success(self) -> bool:
        """Whether the route is driven without an infraction."""
        return self.referee.arrived and not self.referee.infractions

    @property
    def score(self) -> float:
        """The Driving Score, 0..1."""
        return self.referee.score / 100

    def metrics(self) -> dict[str, float]:
        """Route completion (percent) and the number of infractions of each kind."""
        found = counts(self.referee.infractions)
        infractions = {kind.value: float(found.get(kind.value, 0)) for kind in JUDGED}
        return {"route_completion": self.referee.completion, **infractions}

    def info(self) -> dict[str, Any]:
        """Scenario, route completion (percent) and number of infractions by kind."""
        return {
            "scenario": self.scenario,
            "route_completion": self.referee.completion,
            "infractions": counts(self.referee.infractions),
        }

    def key_objects(self, size: tuple[int, int]) -> list[KeyObject]:
        """Who is in or near the lane ahead, lights and signs on the route."""
        world = self.world
        return key_objects(world.network, self.stage.route, world.traffic, self.referee.s, size)

    def expert_action(self) -> Vector:
        """What the scripted driver does in this state: throttle, steer, brake."""
        return self._action

    def last_action(self) -> Vector:
        """The control under which the last step was driven, whoever gave it."""
        return self.world.car.control

    def paint_cue(self, image: Image, action: Vector) -> Image:
        """The icons of CARLA-confounded."""
        return paint_icons(image, action)

    def random_expert_action(self, rng: np.random.Generator) -> Vector:
        """A control as the expert gives one on some road: it drives, turns or brakes."""
        if rng.random() < 0.2:
            return np.array([0.0, 0.0, rng.uniform(0.1, 1.0)])
        steer = rng.uniform(-0.4, 0.4) if rng.random() < 0.3 else 0.0
        return np.array([rng.uniform(0.0, 0.8), steer, 0.0])

    def perturb(self, action: Vector, noise: Vector) -> Vector:
        """Noise on the steering."""
        perturbed: Vector = action + np.array([0.0, noise[0], 0.0])
        return perturbed


class DriveUnseen(Drive):
    """The same on routes that training has not seen: other streets, other weather."""

    class Config(Drive.Config):
        """Settings of the task."""

        routes: Literal["seen", "unseen"] = "unseen"
