"""A small town with streets, traffic and weather, and a car in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.contract import Contract
from afil_core.kinds import Observation
from afil_core.schema import Schema
from afil_sim.bodies.car import HEIGHT, LENGTH, WIDTH, Car
from afil_sim.town.lights import Lights
from afil_sim.town.network import load_network
from afil_sim.town.scenery import load_scenery
from afil_sim.town.stage import Setting, Stage, WeatherName
from afil_sim.town.traffic import Actor, Traffic
from afil_sim.worlds.base import World


class Town(World):
    """A town and everybody in it.

    Args:
        config: Settings.
        contract: The car's contract.
    """

    class Config(Schema):
        """Settings of the town.

        Attributes:
            map: Name of a map in ``afil_sim/town/maps``.
            car: Settings of the ego vehicle.
            draws: Whether cameras see anything; black images cost nothing.
        """

        map: str = "town"
        car: Car.Config = Field(default_factory=Car.Config)
        draws: bool = True

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._dt = contract.period_ns * 1e-9
        self._draws, self._map = config.draws, config.map
        self.network, self.scenery = load_network(config.map), load_scenery(config.map)
        self.car = Car(config.car, contract, self.image)
        self.lights = Lights(self.network.map)
        self.weather: WeatherName = "day"
        self.seed = 0
        self.traffic = Traffic(self._ego(), self.lights)
        self._before = (0.0, 0.0, 0.0)

    def _ego(self) -> Actor:
        return Actor(0.0, 0.0, 0.0, LENGTH, WIDTH, HEIGHT, 0, "ego")

    @property
    def body(self) -> Car:
        """The ego vehicle."""
        return self.car

    def reset(self, setting: Setting, seed: int) -> Stage:
        """Clear the streets and put the car at the begin of a route.

        Returns:
            The stage, on which a scenario puts the others.
        """
        self.weather, self.seed = setting.weather, seed
        self.traffic = Traffic(self._ego(), self.lights)
        stage = Stage(self.network, self.traffic, setting, seed)
        x, y, yaw = stage.way.at(0.0)
        self.car.place(x, y, yaw)
        self._sync()
        return stage

    def _sync(self) -> None:
        ego, car = self.traffic.ego, self.car
        ego.x, ego.y, ego.yaw, ego.speed = car.x, car.y, car.yaw, car.speed

    def advance(self) -> None:
        """Drive on for one control period, and so does everybody else."""
        self._before = (self.car.x, self.car.y, self.car.yaw)
        self.car.drive(self._dt)
        self._sync()
        self.traffic.step(self._dt)

    def bump(self) -> None:
        """Let the car stand where it was before this step: it ran into something."""
        self.car.bump(*self._before)
        self._sync()

    def image(self, stream: Observation) -> NDArray[np.uint8]:
        """Image [H, W, 3], RGB, of the camera that takes a stream."""
        return np.zeros(stream.shape, np.uint8)
