"""The lanes of a map as a network: which follows which, where a route leads, what stops it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from afil_core.errors import AfilError
from afil_sim.bodies import Vector
from afil_sim.town.geometry import Way, wrapped
from afil_sim.town.opendrive import Lane, OpenDrive, Road, Signal, read_opendrive

# Road, lane section, lane.
LaneKey = tuple[str, int, int]
_STEP: float = 1.5
_TRAFFIC_LIGHT = "1000001"
STOP_SIGN = "206"
DRIVING = "driving"


@dataclass(frozen=True)
class Stop:
    """A line at which a route may have to stop.

    Attributes:
        s: Where it is on the route.
        signal: The light's id; empty for a stop sign.
    """

    s: float
    signal: str


@dataclass(frozen=True)
class Route:
    """A way along lanes, in the direction of traffic.

    Attributes:
        way: The middle of its lanes.
        lanes: The lanes.
        starts: Where on the way each lane begins.
        stops: Lines at which it may have to stop.
        width: Of a lane.
    """

    way: Way
    lanes: tuple[LaneKey, ...]
    starts: tuple[float, ...]
    stops: tuple[Stop, ...]
    width: float

    def junctions(self, network: Network) -> Iterator[tuple[float, float]]:
        """Begin and end of each junction on the way."""
        ends = (*self.starts[1:], self.way.length)
        for lane, begin, end in zip(self.lanes, self.starts, ends, strict=True):
            if network.is_junction(lane):
                yield begin, end


class Network:
    """The driving lanes of a map.

    Args:
        map_: The map.
    """

    def __init__(self, map_: OpenDrive) -> None:
        self.map = map_
        self.lines: dict[LaneKey, NDArray[np.float64]] = {}
        self.widths: dict[LaneKey, float] = {}
        for key, road, lane in self._lanes(DRIVING):
            self.lines[key], self.widths[key] = _line(road, key[1], lane)
        self.successors = {key: tuple(self._after(key)) for key in self.lines}
        self._names = {road.name: road for road in map_.roads.values() if road.name}
        points = [line[:-1] for line in self.lines.values()]
        headings = [np.arctan2(*np.diff(line, axis=0).T[::-1]) for line in self.lines.values()]
        self._headings = np.concatenate(headings)
        self._free = np.concatenate(
            [np.full(len(p), self.is_junction(k)) for k, p in zip(self.lines, points, strict=True)]
        )
        self._tree = cKDTree(np.concatenate(points))
        self._keys = [k for k, p in zip(self.lines, points, strict=True) for _ in p]
        self.signals = {s.id: (road, s) for road in map_.roads.values() for s in road.signals}

    def _lanes(self, kind: str) -> Iterator[tuple[LaneKey, Road, Lane]]:
        for road in self.map.roads.values():
            for i, section in enumerate(road.sections):
                for lane in section.lanes:
                    if lane.type == kind:
                        yield (road.id, i, lane.id), road, lane

    def is_junction(self, key: LaneKey) -> bool:
        """Whether a lane crosses a junction."""
        return self.map.roads[key[0]].junction != "-1"

    def lane_error(self, x: float, y: float, heading: float) -> tuple[float, bool]:
        """How a car is on the nearest lane.

        Returns:
            Distance from its middle, and whether the car goes against its traffic; in a junction,
            where lanes cross, no car does.
        """
        distances, found = self._tree.query((x, y), k=4)
        turns = [abs(wrapped(heading - self._headings[i])) for i in found]
        against = min(turns) > 0.5 * math.pi and not any(self._free[i] for i in found)
        return float(distances[0]), bool(against)

    def lane_at(self, x: float, y: float) -> LaneKey | None:
        """The lane in which a point is; None beside the street."""
        distance, found = self._tree.query((x, y))
        key = self._keys[int(found)]
        # Its middle is known at points that are _STEP apart.
        reach = math.hypot(0.5 * self.widths[key], 0.5 * _STEP)
        return key if distance <= reach else None

    def route(self, nodes: list[str], start: float, end: float, lane: int = 0) -> Route:
        """The route along streets that are called after the junctions they join.

        Args:
            nodes: Junctions in the order in which they are passed, e.g. A1, B1, B2.
            start: Where on the first street it begins, m.
            end: Where on the last street it ends, m.
            lane: Lane of the first street, counted from the right.

        Raises:
            AfilError: When there is no such street, or no way from one to the next.
        """
        streets = [self._street(a, b) for a, b in pairwise(nodes)]
        road, sign = streets[0]
        section = 0 if sign < 0 else len(road.sections) - 1
        driving = [
            key for key in self.lines if key[0] == road.id and key[1] == section
            and key[2] * sign > 0
        ]  # fmt: skip
        lanes = [sorted(driving, key=lambda k: -abs(k[2]))[lane]]
        for street in streets[1:]:
            lanes += self._way_to(lanes[-1], street)
        return self._joined(lanes, start, end)

    def _street(self, a: str, b: str) -> tuple[Road, int]:
        for name, sign in ((f"{a}-{b}", -1), (f"{b}-{a}", 1)):
            if name in self._names:
                return self._names[name], sign
        raise AfilError(f"the map has no street {a}-{b}; it has {', '.join(sorted(self._names))}")

    def _way_to(self, lane: LaneKey, street: tuple[Road, int]) -> list[LaneKey]:
        road, sign = street
        # Beside the lane itself those of its direction: who is to turn has chosen one in time.
        beside = [k for k in self.lines if k[:2] == lane[:2] and k[2] * lane[2] > 0]
        for key in sorted(beside, key=lambda k: abs(k[2] - lane[2])):
            for crossing in self.successors[key]:
                for after in self.successors[crossing]:
                    if after[0] == road.id and after[2] * sign > 0:
                        return ([] if key == lane else [key]) + [crossing, after]
        raise AfilError(f"there is no way from road {lane[0]} to {road.name}")

    def _joined(self, lanes: list[LaneKey], start: float, end: float) -> Route:
        points = [self.lines[key] for key in lanes]
        lengths = [float(np.hypot(*np.diff(p, axis=0).T).sum()) for p in points]
        whole = Way(np.concatenate(points))
        last = sum(lengths[:-1]) + end
        stations = np.append(np.arange(start, last, _STEP), last)
        way = Way(np.array([whole.at(float(s))[:2] for s in stations]))
        starts = np.cumsum([0.0, *lengths[:-1]]) - start
        stops = [
            Stop(float(begin + s), "" if signal.type == STOP_SIGN else signal.id)
            for key, begin in zip(lanes, starts, strict=True)
            for s, signal in self._signals_of(key)
        ]
        stops = [stop for stop in stops if 0 < stop.s < way.length]
        width = self.widths[lanes[0]]
        return Route(way, tuple(lanes), tuple(starts.tolist()), tuple(stops), width)

    def _signals_of(self, key: LaneKey) -> Iterator[tuple[float, Signal]]:
        road = self.map.roads[key[0]]
        for signal in road.signals:
            if signal.type in (_TRAFFIC_LIGHT, STOP_SIGN) and signal.heading * key[2] < 0:
                yield (signal.s if key[2] < 0 else road.length - signal.s), signal

    def opposite(self, nodes: list[str], start: float, end: float) -> Route:
        """The route that comes the other way along the same streets."""
        return self.route(nodes[::-1], start, end)

    def _after(self, key: LaneKey) -> Iterator[LaneKey]:
        road = self.map.roads[key[0]]
        lane = next(n for n in road.sections[key[1]].lanes if n.id == key[2])
        forward = key[2] < 0
        joined = lane.successor if forward else lane.predecessor
        inner = key[1] + (1 if forward else -1)
        if 0 <= inner < len(road.sections):
            if joined and (road.id, inner, joined) in self.lines:
                yield (road.id, inner, joined)
            return
        link = road.successor if forward else road.predecessor
        if link is None:
            return
        if link.is_junction:
            yield from self._through(key, link.id)
        elif joined and link.id in self.map.roads:
            target = self._entry(link.id, link.contact, joined)
            if target in self.lines:
                yield target

    def _through(self, key: LaneKey, junction: str) -> Iterator[LaneKey]:
        for incoming, connecting, contact, links in self.map.junctions[junction].connections:
            for source, sink in links:
                target = self._entry(connecting, contact, sink)
                if incoming == key[0] and source == key[2] and target in self.lines:
                    yield target

    def _entry(self, road: str, contact: str, lane: int) -> LaneKey:
        last = len(self.map.roads[road].sections) - 1
        return road, (0 if contact == "start" else last), lane


def _line(road: Road, section: int, lane: Lane) -> tuple[Vector, float]:
    """A lane's middle in the direction of its traffic, and its greatest width."""
    stations = road.stations(section, _STEP)
    edges = [road.edges(section, lane, float(s)) for s in stations]
    points = np.array(
        [road.at(float(s), 0.5 * (a + b))[:2] for s, (a, b) in zip(stations, edges, strict=True)]
    )
    return (points if lane.id < 0 else points[::-1]), max(abs(a - b) for a, b in edges)


@cache
def load_network(name: str = "town") -> Network:
    """The network of a map of this package.

    Raises:
        AfilError: When there is no such map.
    """
    maps = resources.files("afil_sim").joinpath("town/maps")
    path = maps.joinpath(f"{name}.xodr")
    if not path.is_file():
        known = sorted(m.name[:-5] for m in maps.iterdir() if m.name.endswith(".xodr"))
        raise AfilError(f"there is no map '{name}' of the town; there is {', '.join(known)}")
    return Network(read_opendrive(path.read_text(encoding="utf-8"), f"map {name}"))
