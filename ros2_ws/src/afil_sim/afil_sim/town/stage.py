"""What a scenario sets up: the route of an episode and who is on it, in the route's own terms.

Along a route positions are its arc length ``s`` and an offset to the left of its lane's middle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from pydantic import Field

from afil_core.schema import Schema
from afil_sim.town.geometry import Pose2, Way
from afil_sim.town.lights import Light
from afil_sim.town.network import Network, Route
from afil_sim.town.traffic import Actor, Color, Drive, Traffic, Walk

WeatherName = Literal["day", "rain", "night", "night_rain", "dusk"]

LANE: Final = 3.5
PARKING: Final = 2.4
SIDEWALK: Final = 3.0
PAINTS: Final[tuple[Color, ...]] = (
    (0.85, 0.85, 0.86),
    (0.15, 0.16, 0.18),
    (0.55, 0.57, 0.60),
    (0.60, 0.12, 0.12),
    (0.13, 0.25, 0.50),
    (0.16, 0.36, 0.24),
    (0.72, 0.62, 0.30),
    (0.40, 0.28, 0.20),
)


class Setting(Schema):
    """Where a scenario is played.

    Attributes:
        nodes: Junctions that the route joins, in order.
        start: Where on the first street it begins, m.
        end: Where on the last street it ends, m.
        event: Where on the route it happens, m.
        lane: Lane of the first street, counted from the right.
        weather: Light and weather.
    """

    nodes: tuple[str, ...] = Field(min_length=2)
    start: float = Field(5.0, ge=0)
    end: float = Field(35.0, gt=0)
    event: float = Field(60.0, gt=0)
    lane: int = Field(0, ge=0)
    weather: WeatherName = "day"


@dataclass(frozen=True)
class Shift:
    """A stretch on which the way leads beside the lane.

    Attributes:
        begin: Where it begins; it may move.
        end: Where it ends.
        offset: How far to the left.
        against: Whether it leads into the lane of the oncoming traffic, which goes first;
            otherwise into one of the same direction.
    """

    begin: Callable[[], float]
    end: Callable[[], float]
    offset: float
    against: bool


class Stage:
    """An episode's route while its scenario sets it up.

    Args:
        network: The lanes.
        traffic: Who is on them; empty but for the ego vehicle.
        setting: Where it is.
        seed: Of the episode.
    """

    def __init__(self, network: Network, traffic: Traffic, setting: Setting, seed: int) -> None:
        self.network, self.traffic, self.setting = network, traffic, setting
        self.rng = np.random.default_rng([seed, 0x746F776E])
        self.nodes = list(setting.nodes)
        self.route: Route = network.route(self.nodes, setting.start, setting.end, setting.lane)
        self.way = self.route.way
        self.event = setting.event + float(self.rng.uniform(-4.0, 4.0))
        self.shifts: list[Shift] = []
        self.quiet: list[tuple[float, float]] = []
        self.may_leave: tuple[float, float] | None = None
        road, section, lane = self.route.lanes[0]
        beside = [k for k in network.lines if k[:2] == (road, section) and k[2] * lane > 0]
        self.lanes = len(beside)
        traffic.lights.reset(float(self.rng.uniform(0, 24.0)))

    @property
    def junction(self) -> tuple[float, float]:
        """Begin and end of the route's first junction."""
        return next(self.route.junctions(self.network))

    @property
    def kerb(self) -> float:
        """Offset of the right edge of the street's driving lanes from the route's lane."""
        return -0.5 * LANE - self.setting.lane * LANE

    def pose(self, s: float, offset: float = 0.0, turn: float = 0.0) -> Pose2:
        """A pose beside the route."""
        x, y, yaw = self.way.at(s, offset)
        return x, y, yaw + turn

    def reached(self, s: float) -> Callable[[Traffic], bool]:
        """A trigger: the ego vehicle has come so far."""
        return lambda traffic: traffic.ego_s >= s

    def within(self, s: float, seconds: float) -> Callable[[Traffic], bool]:
        """A trigger: so many seconds before the ego vehicle is at ``s``, however fast it is."""
        return lambda t: t.ego_s + max(t.ego.speed, 6.0) * seconds >= s

    def paint(self) -> Color:
        """A car's color."""
        return PAINTS[int(self.rng.integers(len(PAINTS)))]

    def beside(self, offset: float, begin: float, end: float) -> Way:
        """A way parallel to the route; against it where ``end`` is before ``begin``."""
        count = max(math.ceil(abs(end - begin) / 2), 1)
        return Way(
            np.array([self.way.at(s, offset)[:2] for s in np.linspace(begin, end, count + 1)])
        )

    def across(self, s: float, begin: float, end: float) -> Way:
        """A way across the street at ``s``, from one offset to another."""
        return Way(np.array([self.way.at(s, begin)[:2], self.way.at(s, end)[:2]]))

    def park(self, s: float, kind: str = "car", *, role: str = "", left: bool = False) -> Actor:
        """A car at the kerb."""
        offset = self.kerb - 0.5 * PARKING
        if left:
            offset = self.kerb + 2 * self.lanes * LANE + 0.5 * PARKING
        pose = self.pose(s, offset + float(self.rng.uniform(-0.1, 0.1)), math.pi * left)
        return self.traffic.add(kind, pose, self.paint(), role=role)

    def walker(
        self, way: Way, speed: float, when: Callable[[Traffic], bool], **more: float
    ) -> Actor:
        """A pedestrian on a way of its own."""
        color = PAINTS[int(self.rng.integers(len(PAINTS)))]
        mind = Walk(way, speed, when, **more)
        return self.traffic.add("pedestrian", way.at(mind.s), color, mind=mind)

    def driver(self, route: Route, s: float, cruise: float, kind: str = "car") -> Actor:
        """A vehicle under way on a route, at its cruising speed."""
        stops = tuple(stop for stop in route.stops if stop.signal)
        mind = Drive(route.way, s, cruise, stops=stops)
        pose = route.way.at(s)
        return self.traffic.add(kind, pose, self.paint(), mind=mind, speed=cruise)

    def oncoming(self, count: int, first: float, spacing: tuple[float, float]) -> None:
        """Cars that come the other way, the first at ``first`` metres along our route."""
        route = self.network.opposite(self.nodes, 1.0, 117.0)
        x, y, _ = self.way.at(min(first, self.way.length))
        s = route.way.project(x, y)[0]
        cruise = float(self.rng.uniform(6.5, 7.5))
        for _ in range(count):
            if s < 0:
                break
            self.driver(route, s, cruise)
            s -= float(self.rng.uniform(*spacing))

    def hold_lights(self, route: Route, state: Light) -> None:
        """Keep all lights on a route in one state."""
        for stop in route.stops:
            if stop.signal:
                self.traffic.lights.hold(stop.signal, state)

    def dress(self) -> None:
        """Parked cars and people on the sidewalks where the scenario wants none of its own."""
        rng, junctions = self.rng, list(self.route.junctions(self.network))
        for left in (False, True):
            for s in np.arange(4.0, self.way.length, 7.5):
                near = any(a - 14 < s < b + 14 for a, b in junctions)
                quiet = any(a < s < b for a, b in self.quiet)
                if not near and not quiet and rng.random() < 0.4:
                    self.park(float(s + rng.uniform(-0.5, 0.5)), left=left)
        outside = 0.5 * LANE + PARKING + 0.5 * SIDEWALK
        for _ in range(int(rng.integers(3, 6))):
            right = bool(rng.integers(2))
            reach = self.junction[0] - 4.0 if junctions else self.way.length
            begin, end = (float(v) for v in rng.uniform(2.0, reach, 2))
            if abs(end - begin) < 8:
                end = begin + (8 if begin < 0.5 * reach else -8)
            offset = self.kerb - PARKING - 1.9 if right else outside + 2 * self.lanes * LANE - LANE
            self.walker(
                self.beside(offset, begin, end), float(rng.uniform(0.9, 1.5)), lambda _: True
            )
