"""Scenario ``vehicle_opens_door``: the door of a parked car opens into our lane."""

from __future__ import annotations

import math

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.geometry import Pose2
from afil_sim.town.stage import Setting, Shift, Stage
from afil_sim.town.traffic import Actor, Mind, Traffic

_LENGTH = 1.1


class Door(Mind):
    """Opens when it is time to.

    Args:
        hinge: Where it hangs, and the heading of its car.
        opens_at: How far the ego vehicle must have come.
    """

    def __init__(self, hinge: Pose2, opens_at: float) -> None:
        self._hinge, self._opens_at, self._angle = hinge, opens_at, 0.0

    def step(self, actor: Actor, traffic: Traffic, dt: float) -> None:
        """Swing open within a second."""
        if traffic.ego_s >= self._opens_at:
            self._angle = min(self._angle + 1.3 * dt, 1.3)
        x, y, yaw = self._hinge
        # From shut, along the car towards its tail, to out into the street.
        outward = yaw + math.pi - self._angle
        actor.x = x + 0.5 * _LENGTH * math.cos(outward)
        actor.y = y + 0.5 * _LENGTH * math.sin(outward)
        actor.yaw = outward + 0.5 * math.pi

    def forecast(self, actor: Actor, time_s: float) -> Pose2:
        """As it stands."""
        del time_s
        return actor.x, actor.y, actor.yaw


class VehicleOpensDoor(Scenario):
    """CARLA's VehicleOpensDoorTwoWays."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("C1", "B1", "A1"), event=62)
        unseen: Setting = Setting(nodes=("C3", "B3", "A3"), event=62, weather="rain")

    def populate(self, stage: Stage) -> None:
        """The car with the door, and cars that come the other way."""
        at = stage.event
        pose = stage.pose(at, stage.kerb - 0.95)
        car = stage.traffic.add("car", pose, stage.paint(), role="key")
        hinge = (
            car.x + 0.5 * math.cos(car.yaw) - 0.5 * car.width * math.sin(car.yaw),
            car.y + 0.5 * math.sin(car.yaw) + 0.5 * car.width * math.cos(car.yaw),
            car.yaw,
        )
        mind = Door(hinge, at - 34)
        door = stage.traffic.add("door", hinge, car.color, mind=mind, role="key")
        mind.step(door, stage.traffic, 0.0)
        begin, end = at - 5.0, at + 3.5
        stage.quiet.append((at - 14, at + 14))
        stage.may_leave = (begin - 14, end + 16)
        stage.shifts.append(Shift(lambda: begin, lambda: end, 1.8, against=True))
        stage.oncoming(int(stage.rng.integers(1, 3)), at + stage.rng.uniform(25, 60), (16, 28))
