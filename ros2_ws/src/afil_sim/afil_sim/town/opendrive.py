"""Reader of OpenDRIVE, as much of it as a car needs: roads, lanes, junctions, signals, objects.

The format is ASAM OpenDRIVE 1.4, which CARLA's maps are in. Left out: elevation, superelevation,
lane borders, and everything about railways.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError

Cubic = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Geometry:
    """A piece of a reference line.

    Attributes:
        s: Where it begins on the road.
        x: Its begin.
        y: Its begin.
        heading: Its heading there.
        length: Its length.
        curvature: At its begin and its end.
        cubic: Coefficients of u and of v, for ``paramPoly3``; None otherwise.
        scale: Greatest parameter of the cubic.
    """

    s: float
    x: float
    y: float
    heading: float
    length: float
    curvature: tuple[float, float]
    cubic: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    scale: float = 1.0

    def at(self, s: float) -> tuple[float, float, float]:
        """Pose at an arc length of the road."""
        d = min(max(s - self.s, 0.0), self.length)
        if self.cubic is not None:
            u, v, turn = self._on_cubic(d / self.length * self.scale)
        else:
            u, v, turn = self._on_spiral(d)
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        return self.x + u * cos - v * sin, self.y + u * sin + v * cos, self.heading + turn

    def _on_cubic(self, p: float) -> tuple[float, float, float]:
        assert self.cubic is not None
        (au, bu, cu, du), (av, bv, cv, dv) = self.cubic
        slope = math.atan2(bv + p * (2 * cv + 3 * dv * p), bu + p * (2 * cu + 3 * du * p))
        u, v = au + p * (bu + p * (cu + p * du)), av + p * (bv + p * (cv + p * dv))
        return u, v, slope

    def _on_spiral(self, d: float) -> tuple[float, float, float]:
        begin, end = self.curvature
        rate = (end - begin) / self.length
        turn = begin * d + 0.5 * rate * d * d
        if rate == 0.0:
            if begin == 0.0:
                return d, 0.0, 0.0
            return math.sin(turn) / begin, (1 - math.cos(turn)) / begin, turn
        steps = np.linspace(0.0, d, max(int(d / 0.25), 8))
        angles = begin * steps + 0.5 * rate * steps**2
        u = float(np.trapezoid(np.cos(angles), steps))
        return u, float(np.trapezoid(np.sin(angles), steps)), turn


@dataclass(frozen=True)
class Lane:
    """A lane of a lane section.

    Attributes:
        id: Below 0 on the right of the reference line, where traffic goes with the road.
        type: OpenDRIVE's, e.g. ``driving``, ``parking``, ``sidewalk``.
        widths: Cubics of the width over s, from where each holds.
        predecessor: Lane that it continues at the section's begin; 0 for none.
        successor: Lane that continues it at the section's end; 0 for none.
    """

    id: int
    type: str
    widths: tuple[Cubic, ...]
    predecessor: int
    successor: int


@dataclass(frozen=True)
class Section:
    """A lane section: from where it holds, and its lanes from the left to the right."""

    s: float
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Signal:
    """A traffic light or a sign beside a road.

    Attributes:
        id: Its id.
        type: 1000001 is a traffic light; the others are signs by the German catalogue.
        s: Where it stands on the road.
        t: How far to the left of the reference line.
        heading: Which traffic it is for: 1 what goes with the road, -1 against it.
    """

    id: str
    type: str
    s: float
    t: float
    heading: int


@dataclass(frozen=True)
class Link:
    """What a road joins at one end: another road's ``start`` or ``end``, or a junction."""

    is_junction: bool
    id: str
    contact: str


@dataclass(frozen=True)
class Road:
    """A road."""

    id: str
    name: str
    length: float
    junction: str
    geometries: tuple[Geometry, ...]
    offsets: tuple[Cubic, ...]
    sections: tuple[Section, ...]
    predecessor: Link | None
    successor: Link | None
    signals: tuple[Signal, ...] = ()
    crosswalks: tuple[float, ...] = ()

    def at(self, s: float, t: float = 0.0) -> tuple[float, float, float]:
        """Pose on the road: ``t`` is to the left of the reference line."""
        piece = next((g for g in reversed(self.geometries) if g.s <= s), self.geometries[0])
        x, y, heading = piece.at(s)
        return x - t * math.sin(heading), y + t * math.cos(heading), heading

    def section_end(self, index: int) -> float:
        """Where a lane section ends."""
        after = self.sections[index + 1 :]
        return after[0].s if after else self.length

    def edges(self, index: int, lane: Lane, s: float) -> tuple[float, float]:
        """Offsets t of a lane's inner and outer edge at s."""
        section = self.sections[index]
        t, sign = _value(self.offsets, s), math.copysign(1, lane.id)
        between = [n for n in section.lanes if n.id * sign > 0 and abs(n.id) < abs(lane.id)]
        inner = t + sign * sum(_value(n.widths, s - section.s) for n in between)
        return inner, inner + sign * _value(lane.widths, s - section.s)

    def stations(self, index: int, step: float) -> NDArray[np.float64]:
        """Values of s through a lane section, at most ``step`` apart."""
        begin, end = self.sections[index].s, self.section_end(index)
        return np.linspace(begin, end, max(math.ceil((end - begin) / step), 1) + 1)


@dataclass(frozen=True)
class Junction:
    """A junction: (incoming road, connecting road, its end, lane links) of each connection."""

    id: str
    connections: tuple[tuple[str, str, str, tuple[tuple[int, int], ...]], ...]
    controllers: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenDrive:
    """A map.

    Attributes:
        text: The file as it was read.
        roads: By id.
        junctions: By id.
        controllers: Signals of each controller, by its id.
    """

    text: str
    roads: dict[str, Road]
    junctions: dict[str, Junction]
    controllers: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_opendrive(text: str, where: str | Path = "the map") -> OpenDrive:
    """Read a map.

    Args:
        text: Content of an .xodr file.
        where: Its name, for sentences.

    Raises:
        AfilError: When it is no OpenDRIVE, or has what is not known here.
    """
    try:
        root = ElementTree.fromstring(text)
        roads = {e.attrib["id"]: _road(e) for e in root.iter("road")}
        junctions = {e.attrib["id"]: _junction(e) for e in root.findall("junction")}
        controllers = {
            e.attrib["id"]: tuple(c.attrib["signalId"] for c in e.findall("control"))
            for e in root.findall("controller")
        }
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise AfilError(f"{where} is no OpenDRIVE map that can be read: {error}") from error
    if not roads:
        raise AfilError(f"{where} has no road; is it an OpenDRIVE map (.xodr)?")
    return OpenDrive(text, roads, junctions, controllers)


def _road(element: ElementTree.Element) -> Road:
    offsets = tuple(_cubic(e, "s") for e in element.iter("laneOffset"))
    signals = tuple(
        Signal(
            e.attrib["id"],
            e.attrib["type"],
            float(e.attrib["s"]),
            float(e.attrib["t"]),
            -1 if e.attrib.get("orientation") == "-" else 1,
        )
        for e in element.iter("signal")
    )
    crosswalks = (float(e.attrib["s"]) for e in element.iter("object") if _is_crosswalk(e))
    return Road(
        element.attrib["id"],
        element.attrib.get("name", ""),
        float(element.attrib["length"]),
        element.attrib.get("junction", "-1"),
        tuple(_geometry(e) for e in element.iter("geometry")),
        offsets or ((0.0,) * 5,),
        tuple(_section(e) for e in element.iter("laneSection")),
        _link(element.find("link/predecessor")),
        _link(element.find("link/successor")),
        signals,
        tuple(crosswalks),
    )


def _is_crosswalk(element: ElementTree.Element) -> bool:
    return element.attrib.get("type") == "crosswalk"


def _geometry(element: ElementTree.Element) -> Geometry:
    s, x, y, heading, length = (float(element.attrib[k]) for k in ("s", "x", "y", "hdg", "length"))
    shape = element[0]
    curvature = (0.0, 0.0)
    if shape.tag == "arc":
        curvature = (float(shape.attrib["curvature"]),) * 2
    elif shape.tag == "spiral":
        curvature = (float(shape.attrib["curvStart"]), float(shape.attrib["curvEnd"]))
    elif shape.tag == "paramPoly3":
        u, v = (tuple(float(shape.attrib[k + axis]) for k in "abcd") for axis in "UV")
        scale = length if shape.attrib.get("pRange") == "arcLength" else 1.0
        return Geometry(s, x, y, heading, length, curvature, (u, v), scale)
    elif shape.tag != "line":
        raise ValueError(f"geometry <{shape.tag}> is not known here")
    return Geometry(s, x, y, heading, length, curvature)


def _section(element: ElementTree.Element) -> Section:
    lanes = [_lane(e) for e in element.iter("lane")]
    return Section(
        float(element.attrib["s"]),
        tuple(sorted((lane for lane in lanes if lane.id), key=lambda lane: -lane.id)),
    )


def _lane(element: ElementTree.Element) -> Lane:
    joined = [element.find(f"link/{end}") for end in ("predecessor", "successor")]
    before, after = (0 if e is None else int(e.attrib["id"]) for e in joined)
    widths = tuple(_cubic(e, "sOffset") for e in element.findall("width"))
    return Lane(int(element.attrib["id"]), element.attrib["type"], widths, before, after)


def _junction(element: ElementTree.Element) -> Junction:
    connections = tuple(
        (
            e.attrib["incomingRoad"],
            e.attrib["connectingRoad"],
            e.attrib["contactPoint"],
            tuple((int(k.attrib["from"]), int(k.attrib["to"])) for k in e.findall("laneLink")),
        )
        for e in element.findall("connection")
    )
    controllers = tuple(e.attrib["id"] for e in element.findall("controller"))
    return Junction(element.attrib["id"], connections, controllers)


def _link(element: ElementTree.Element | None) -> Link | None:
    if element is None:
        return None
    a = element.attrib
    return Link(a["elementType"] == "junction", a["elementId"], a.get("contactPoint", ""))


def _cubic(element: ElementTree.Element, start: str) -> Cubic:
    begin, a, b, c, d = (float(element.attrib[k]) for k in (start, "a", "b", "c", "d"))
    return begin, a, b, c, d


def _value(cubics: tuple[Cubic, ...], s: float) -> float:
    found: Iterator[Cubic] = (c for c in reversed(cubics) if c[0] <= s + 1e-9)
    begin, a, b, c, d = next(found, cubics[0] if cubics else (0.0,) * 5)
    p = s - begin
    return a + p * (b + p * (c + p * d))
