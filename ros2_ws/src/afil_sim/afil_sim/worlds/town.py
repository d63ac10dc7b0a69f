"""A small town with streets, traffic and weather, and a car in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.kinds import Observation
from afil_core.schema import Schema
from afil_core.topics import Qos
from afil_sim.bodies import Vector
from afil_sim.bodies.bridge import Bridge, Hit
from afil_sim.bodies.bridge_driver import BridgeDriver
from afil_sim.bodies.bridge_objects import BridgeObjects, Handler
from afil_sim.bodies.bridge_world import BridgeWorld
from afil_sim.bodies.car import HEIGHT, LENGTH, WIDTH, Car
from afil_sim.town.camera import FOV
from afil_sim.town.lane_marks import LaneMarks
from afil_sim.town.lights import Lights
from afil_sim.town.network import load_network
from afil_sim.town.scenery import load_scenery
from afil_sim.town.stage import Setting, Stage, WeatherName
from afil_sim.town.traffic import Actor, Traffic
from afil_sim.worlds.base import World

if TYPE_CHECKING:
    from afil_sim.drawing.painter import Painter


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
        self.hit: Hit | None = None
        self._crossed: tuple[int, ...] = ()
        self._marks = LaneMarks(self.network)
        self._bridge = Bridge(contract, FOV)
        role = self._bridge.role
        self._bridge_world = BridgeWorld(self.network, config.map, role, self._dt)
        self._driver = BridgeDriver(contract, self._bridge.vehicle, self.car)
        self._objects = BridgeObjects(contract, role, FOV)
        self._painter: Painter | None = None

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
        self._marks.reset()
        return stage

    def _sync(self) -> None:
        ego, car = self.traffic.ego, self.car
        ego.x, ego.y, ego.yaw, ego.speed = car.x, car.y, car.yaw, car.speed

    def advance(self) -> None:
        """Drive on for one control period, and so does everybody else."""
        self._before = (self.car.x, self.car.y, self.car.yaw)
        self.hit = None
        self._driver.step()
        self.car.drive(self._dt)
        self._sync()
        self.traffic.step(self._dt)
        self._crossed = self._marks.crossed(self.traffic.ego)

    def bump(self, other: int) -> None:
        """Let the car stand where it was before this step: it ran into something.

        Args:
            other: Number of the actor that it hit; 0 for what stands for ever.
        """
        self.hit = Hit(other, self.car.speed, self.car.yaw)
        self.car.bump(*self._before)
        self._sync()

    def image(self, stream: Observation) -> NDArray[np.uint8]:
        """Image [H, W, 3], RGB, of the camera that takes a stream."""
        if not self._draws:
            return np.zeros(stream.shape, np.uint8)
        size = (stream.shape[0], stream.shape[1])
        return self.painter.paint(self.traffic, self.weather, self.seed, size)

    @property
    def painter(self) -> Painter:
        """What draws the town, for pictures and masks."""
        if self._painter is None:
            # The renderer is loaded when the first image is asked for.
            from afil_sim.drawing.painter import Painter

            self._painter = Painter(self.network, self.scenery, self.lights.signals)
        return self._painter

    @property
    def topics(self) -> Mapping[str, tuple[str, Qos]]:
        """What carla-ros-bridge publishes beside the contract's streams."""
        return self._bridge.topics | self._bridge_world.topics

    def tick(self) -> list[tuple[str, bytes]]:
        """The simulator's status."""
        return self._bridge_world.tick()

    def messages(self, stamp_ns: int) -> list[tuple[str, bytes]]:
        """What else there is to say on :attr:`topics`."""
        own = self._bridge.messages(stamp_ns, self.car, self.traffic, self.hit, self._crossed)
        return [*self._bridge_world.messages(self.traffic), *own]

    @property
    def inputs(self) -> Mapping[str, tuple[str, Qos]]:
        """What carla-ros-bridge hears of the vehicle beside its control."""
        return self._driver.topics

    def hear(self, topic: str, cdr: bytes) -> bool:
        """Take a message of one of :attr:`inputs`; True for a person's control."""
        return self._driver.hear(topic, cdr)

    def heeds(self, command: Command) -> bool:
        """Whether no person has overridden the command's topic."""
        del command
        return not self._driver.overridden

    @property
    def services(self) -> Mapping[str, tuple[str, Handler]]:
        """What carla_spawn_objects asks for."""
        return self._objects.services

    def engage(self, pilot: Callable[[], Vector]) -> None:
        """Let somebody drive while the autopilot is on.

        Args:
            pilot: Tells the control [3] of this state.
        """
        self._driver.pilot = pilot

    def close(self) -> None:
        """Free the renderer."""
        if self._painter is not None:
            self._painter.close()
            self._painter = None
