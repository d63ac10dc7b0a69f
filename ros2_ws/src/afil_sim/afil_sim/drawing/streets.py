"""The meshes of a map: lanes, markings, crosswalks, and what stands beside them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from afil_sim.drawing.mesh import Color, Mesh
from afil_sim.town.network import DRIVING, Network
from afil_sim.town.opendrive import Lane, Road
from afil_sim.town.scenery import Fixture, Scenery

_LANES: Final[dict[str, tuple[Color, float]]] = {
    "driving": ((0.27, 0.27, 0.29), 0.0),
    "parking": ((0.34, 0.34, 0.35), 0.01),
    "shoulder": ((0.34, 0.34, 0.35), 0.01),
    "sidewalk": ((0.60, 0.58, 0.55), 0.05),
}
_PAINT: Final[Color] = (0.86, 0.86, 0.84)
_GROUND: Final[Color] = (0.42, 0.47, 0.34)
_MARK_Z: Final = 0.03
_CELL: Final = 75.0
_FLOOR: Final = 3.0
Line = NDArray[np.float64]


@dataclass
class Cell:
    """The meshes of a part of the map.

    Attributes:
        ground: Streets and what is painted on them.
        walls: Buildings, whose walls have windows.
        things: Trees, poles.
        lamps: What shines.
    """

    ground: Mesh = field(default_factory=Mesh)
    walls: Mesh = field(default_factory=Mesh)
    things: Mesh = field(default_factory=Mesh)
    lamps: Mesh = field(default_factory=Mesh)


class Streets:
    """Draws a map into cells, so that what is behind the camera costs nothing.

    Args:
        network: The map's lanes.
        scenery: What stands beside them.
    """

    def __init__(self, network: Network, scenery: Scenery) -> None:
        self.cells: dict[tuple[int, int], Cell] = defaultdict(Cell)
        self._junction_edges: dict[str, list[Line]] = defaultdict(list)
        for road in network.map.roads.values():
            if road.junction == "-1":
                self._road(road)
            else:
                self._crossing(road)
        for edges in self._junction_edges.values():
            self._junction(np.concatenate(edges))
        for fixture in scenery.fixtures:
            self._fixture(fixture)
        points = np.concatenate(list(network.lines.values()))
        self._plain(points.min(axis=0) - 120, points.max(axis=0) + 120)

    def _cell(self, x: float, y: float) -> Cell:
        return self.cells[math.floor(x / _CELL), math.floor(y / _CELL)]

    def _plain(self, low: Line, high: Line) -> None:
        for x in np.arange(low[0], high[0], _CELL).tolist():
            for y in np.arange(low[1], high[1], _CELL).tolist():
                far = (x + _CELL, y + _CELL)
                corners = [(x, y), (far[0], y), far, (x, far[1])]
                ground = self._cell(x + 1, y + 1).ground
                ground.polygon([(*c, -0.06) for c in corners], _GROUND)

    def _band(self, road: Road, inner: Line, outer: Line, s: Line, z: float, color: Color) -> None:
        """A band between two offsets, in pieces that belong to a cell each."""
        if inner[len(inner) // 2] < outer[len(outer) // 2]:
            inner, outer = outer, inner
        left = np.array([road.at(float(a), float(t))[:2] for a, t in zip(s, inner, strict=True)])
        right = np.array([road.at(float(a), float(t))[:2] for a, t in zip(s, outer, strict=True)])
        for i in range(0, len(s) - 1, 12):
            part = slice(i, i + 13)
            middle = left[part].mean(axis=0)
            self._cell(*middle.tolist()).ground.strip(left[part], right[part], z, color)

    def _road(self, road: Road) -> None:
        for index, section in enumerate(road.sections):
            s = road.stations(index, 3.0)
            for lane in section.lanes:
                edges = np.array([road.edges(index, lane, float(a)) for a in s])
                color, z = _LANES.get(lane.type, (_GROUND, -0.02))
                self._band(road, edges[:, 0], edges[:, 1], s, z, color)
                if lane.type == DRIVING:
                    self._mark(road, section.lanes, lane, edges, s)
        for station in road.crosswalks:
            self._crosswalk(road, station)
        for signal in road.signals:
            self._stop_line(road, signal.s, signal.heading)

    def _mark(self, road: Road, lanes: tuple[Lane, ...], lane: Lane, edges: Line, s: Line) -> None:
        side = [n for n in lanes if n.type == DRIVING and n.id * lane.id > 0]
        outermost = abs(lane.id) == max(abs(n.id) for n in side)
        outer = edges[:, 1]
        if outermost:
            self._band(road, outer - 0.07, outer + 0.07, s, _MARK_Z, _PAINT)
        else:
            self._dashes(road, outer, s)
        if lane.id != -1:
            return
        inner = edges[:, 0]
        if len(side) > 1:
            for shift in (-0.15, 0.15):
                self._band(road, inner + shift - 0.05, inner + shift + 0.05, s, _MARK_Z, _PAINT)
        else:
            self._dashes(road, inner, s)

    def _dashes(self, road: Road, t: Line, s: Line) -> None:
        for begin in np.arange(float(s[0]) + 1.5, float(s[-1]) - 3.0, 6.0):
            at = np.array([begin, begin + 3.0])
            offset = np.interp(at, s, t)
            self._band(road, offset - 0.07, offset + 0.07, at, _MARK_Z, _PAINT)

    def _width(self, road: Road, s: float, sign: int) -> tuple[float, float]:
        """Offsets of the driving lanes of one direction, or of all where sign is 0."""
        index = max(i for i, section in enumerate(road.sections) if section.s <= s + 1e-6)
        lanes = [n for n in road.sections[index].lanes if n.type == DRIVING and n.id * sign >= 0]
        edges = [t for lane in lanes for t in road.edges(index, lane, s)]
        return min(edges), max(edges)

    def _crosswalk(self, road: Road, s: float) -> None:
        low, high = self._width(road, s, 0)
        at = np.array([s - 1.4, s + 1.4])
        for t in np.arange(low - 2.0, high + 1.6, 1.1).tolist():
            self._band(road, np.full(2, t + 0.55), np.full(2, t), at, _MARK_Z, _PAINT)

    def _stop_line(self, road: Road, s: float, heading: int) -> None:
        low, high = self._width(road, s, -heading)
        at = np.array([s - 0.2, s + 0.2])
        self._band(road, np.full(2, high - 0.1), np.full(2, low + 0.1), at, _MARK_Z, _PAINT)

    def _crossing(self, road: Road) -> None:
        for index, section in enumerate(road.sections):
            for lane in section.lanes:
                if lane.type == DRIVING:
                    for s in road.stations(index, 2.0).tolist():
                        edges = road.edges(index, lane, s)
                        points = [road.at(s, t)[:2] for t in edges]
                        self._junction_edges[road.junction].append(np.array(points))

    def _junction(self, points: Line) -> None:
        hull = points[ConvexHull(points).vertices]
        color, _ = _LANES[DRIVING]
        ground = self._cell(*hull.mean(axis=0).tolist()).ground
        ground.polygon([(x, y, -0.01) for x, y in hull.tolist()], color)

    def _fixture(self, fixture: Fixture) -> None:
        cell, f = self._cell(fixture.x, fixture.y), fixture
        _FIXTURES[f.kind](cell, f)


def _building(cell: Cell, f: Fixture) -> None:
    size = (f.length, f.width, f.height)
    cell.walls.box((f.x, f.y, 0.5 * f.height), size, f.color, f.yaw, tiles=(_FLOOR, _FLOOR))
    roof = (f.color[0] * 0.55, f.color[1] * 0.5, f.color[2] * 0.5)
    cell.things.box((f.x, f.y, f.height + 0.2), (f.length + 0.4, f.width + 0.4, 0.4), roof, f.yaw)


def _tree(cell: Cell, f: Fixture) -> None:
    cell.things.prism((f.x, f.y, 0.0), (0.16, 0.12), 0.45 * f.height, f.color, 5)
    green = (0.16 + 0.02 * (f.x % 5), 0.36 + 0.02 * (f.y % 4), 0.15)
    crown = 0.27 * f.height
    cell.things.prism((f.x, f.y, 0.35 * f.height), (0.7 * crown, crown), crown, green, 7)
    cell.things.prism((f.x, f.y, 0.35 * f.height + crown), (crown, 0.15), 1.4 * crown, green, 7)


def _lamp(cell: Cell, f: Fixture) -> None:
    cell.things.prism((f.x, f.y, 0.0), (0.09, 0.06), f.height, (0.3, 0.31, 0.33), 5)
    cell.lamps.box((f.x, f.y, f.height), (0.5, 0.5, 0.22), (1.0, 0.92, 0.7))


_FIXTURES: Final = {"building": _building, "tree": _tree, "lamp": _lamp}
