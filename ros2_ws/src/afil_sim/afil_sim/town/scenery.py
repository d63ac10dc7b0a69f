"""What stands along the streets: buildings, trees, lamps. The same for every seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from afil_sim.town.geometry import Box, overlap
from afil_sim.town.network import Network, load_network
from afil_sim.town.opendrive import Road
from afil_sim.town.traffic import Color

_FACADES: tuple[Color, ...] = (
    (0.72, 0.60, 0.50),
    (0.62, 0.36, 0.30),
    (0.80, 0.76, 0.68),
    (0.52, 0.56, 0.60),
    (0.66, 0.62, 0.44),
    (0.45, 0.50, 0.46),
    (0.76, 0.52, 0.38),
    (0.58, 0.58, 0.66),
)


@dataclass
class Fixture(Box):
    """A thing that stands for ever.

    Attributes:
        kind: ``building``, ``tree``, ``lamp``.
        color: Its color.
    """

    kind: str = "building"
    color: Color = (0.5, 0.5, 0.5)


class Scenery:
    """All fixtures of a map, found by where they are.

    Args:
        network: The map's lanes.
    """

    def __init__(self, network: Network) -> None:
        rng = np.random.default_rng(7)
        self.fixtures: list[Fixture] = []
        for road in network.map.roads.values():
            if road.junction == "-1":
                for side in (1, -1):
                    self._line(road, side, rng)
        self._tree = cKDTree([(f.x, f.y) for f in self.fixtures])
        self._reach = max(f.reach for f in self.fixtures)

    def near(self, x: float, y: float, distance: float) -> Iterator[Fixture]:
        """Fixtures that may be within a distance of a point."""
        for i in self._tree.query_ball_point((x, y), distance + self._reach):
            yield self.fixtures[i]

    def _line(self, road: Road, side: int, rng: np.random.Generator) -> None:
        lanes = [lane for lane in road.sections[0].lanes if lane.id * side > 0]
        if not lanes:
            return
        outer = max(lanes, key=lambda lane: abs(lane.id))
        edge = abs(road.edges(0, outer, 0.5 * road.length)[1])
        s = 6.0
        while s < road.length - 6.0:
            width, depth = float(rng.uniform(11, 20)), float(rng.uniform(9, 14))
            gap, height = float(rng.uniform(0.8, 4.0)), float(rng.choice([6, 9, 12, 15, 21]))
            back = float(rng.uniform(1.2, 3.5))
            x, y, yaw = road.at(s + 0.5 * width, side * (edge + back + 0.5 * depth))
            color = _FACADES[int(rng.integers(len(_FACADES)))]
            box = Fixture(x, y, yaw, width, depth, height, "building", color)
            if not any(overlap(box, f) for f in self.fixtures if f.kind == "building"):
                self.fixtures.append(box)
            s += width + gap
        for station in np.arange(14.0, road.length - 10.0, 17.0):
            kind = "tree" if rng.random() < 0.7 else "lamp"
            x, y, yaw = road.at(float(station), side * (edge - 0.4))
            height = float(rng.uniform(4.5, 7.0)) if kind == "tree" else 6.0
            self.fixtures.append(Fixture(x, y, yaw, 0.3, 0.3, height, kind, (0.3, 0.25, 0.2)))


@cache
def load_scenery(name: str = "town") -> Scenery:
    """The scenery of a map of this package."""
    return Scenery(load_network(name))
