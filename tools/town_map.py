"""Draws the town's map: ``python tools/town_map.py`` writes afil_sim/town/maps/town.xodr.

A grid of streets, columns A to D from west to east and rows 1 to 4 from south to north, 150 m
apart. A street is called after the junctions that it joins, ``A1-B1``. Row 2 and column C are
avenues of two lanes each way; some streets bend.
"""

from __future__ import annotations

import math
from itertools import pairwise, permutations
from pathlib import Path
from xml.etree import ElementTree as Xml

TARGET = Path(__file__).parents[1] / "ros2_ws/src/afil_sim/afil_sim/town/maps/town.xodr"
SPACING = 150.0
# From a junction's middle to where its streets begin.
REACH = 17.0
LANE, PARKING, SIDEWALK = 3.5, 2.4, 3.0
COLUMNS, ROWS = "ABCD", "1234"
# Half the angle by which a street bends: it leaves the straight line by 6 m.
BENDS = {"A1-A2": 0.2, "B3-B4": -0.2, "A3-B3": 0.16, "C1-D1": -0.2, "D3-D4": 0.2}
LIGHTS = ("B2", "C2", "C3", "B3")
# Streets whose traffic has to stop at a junction.
STOPS = {"B1": ("B1-B2",), "D2": ("D1-D2", "D2-D3"), "A3": ("A3-B3",), "C4": ("C3-C4",)}
TRAFFIC_LIGHT, STOP_SIGN = "1000001", "206"
STOP_LINE, CROSSWALK = 5.0, 2.5

End = tuple[str, bool]  # a road, and whether it is its end that is meant


def node(name: str) -> tuple[float, float]:
    """Where a junction is."""
    return SPACING * COLUMNS.index(name[0]), SPACING * ROWS.index(name[1])


def streets() -> list[str]:
    """Names of all streets."""
    along = [f"{c}{r}-{d}{r}" for r in ROWS for c, d in pairwise(COLUMNS)]
    up = [f"{c}{r}-{c}{q}" for c in COLUMNS for r, q in pairwise(ROWS)]
    return along + up


def lanes_of(street: str) -> int:
    """Lanes each way."""
    a, b = street.split("-")
    return 2 if (a[1] == b[1] == "2") or (a[0] == b[0] == "C") else 1


class Town:
    """The document and what is known of it while it grows."""

    def __init__(self) -> None:
        self.root = Xml.Element("OpenDRIVE")
        Xml.SubElement(
            self.root, "header", revMajor="1", revMinor="4", name="town", version="1",
            north="470", south="-20", east="470", west="-20",
        )  # fmt: skip
        self.ids = {name: str(i + 1) for i, name in enumerate(streets())}
        self.junctions = {
            f"{c}{r}": str(101 + i)
            for i, (c, r) in enumerate((c, r) for r in ROWS for c in COLUMNS)
        }
        self.next_road, self.next_signal = 1000, 1
        self.phases: dict[str, list[str]] = {}
        self.connections: dict[str, list[Xml.Element]] = {n: [] for n in self.junctions}

    def street(self, name: str) -> None:
        """One street."""
        a, b = name.split("-")
        (x0, y0), (x1, y1) = node(a), node(b)
        heading = math.atan2(y1 - y0, x1 - x0)
        chord, bend = SPACING - 2 * REACH, BENDS.get(name, 0.0)
        x, y = x0 + REACH * math.cos(heading), y0 + REACH * math.sin(heading)
        pieces = [(chord, 0.0)]
        if bend:
            radius = chord / (4 * math.sin(abs(bend)))
            turn = math.copysign(1 / radius, bend)
            pieces = [(radius * abs(bend), k) for k in (turn, -turn, -turn, turn)]
        length = sum(piece for piece, _ in pieces)
        road = self._road(self.ids[name], name, length, "-1", (x, y, heading), pieces)
        link = road.find("link")
        assert link is not None
        for end, at in (("predecessor", a), ("successor", b)):
            Xml.SubElement(link, end, elementType="junction", elementId=self.junctions[at])
        n = lanes_of(name)
        kinds = [("driving", LANE)] * n + [("parking", PARKING), ("sidewalk", SIDEWALK)]
        self._lanes(road, kinds, kinds)
        self._furniture(road, name, length, n)
        self.root.append(road)

    def _furniture(self, road: Xml.Element, name: str, length: float, n: int) -> None:
        objects, signals = Xml.SubElement(road, "objects"), Xml.SubElement(road, "signals")
        width = 2 * (n * LANE + PARKING)
        a, b = name.split("-")
        for i, (at, s) in enumerate(((a, CROSSWALK), (b, length - CROSSWALK))):
            Xml.SubElement(
                objects, "object", id=f"{self.ids[name]}{i}", type="crosswalk", s=f"{s:.6f}",
                t="0", length="3", width=f"{width:.2f}", hdg="0", zOffset="0",
            )  # fmt: skip
            lights = at in LIGHTS
            if not lights and name not in STOPS.get(at, ()):
                continue
            station = STOP_LINE if i == 0 else length - STOP_LINE
            # Beside the lanes that lead to the junction.
            t = (n * LANE + PARKING + 0.6) * (1 if i == 0 else -1)
            key = str(self.next_signal)
            self.next_signal += 1
            Xml.SubElement(
                signals, "signal", id=key, name="light" if lights else "stop", s=f"{station:.6f}",
                t=f"{t:.3f}", zOffset="0", hOffset="0", roll="0", pitch="0",
                dynamic="yes" if lights else "no", orientation="-" if i == 0 else "+",
                type=TRAFFIC_LIGHT if lights else STOP_SIGN, subtype="-1", country="DE",
                value="-1",
            )  # fmt: skip
            if lights:
                axis = "h" if a[1] == b[1] else "v"
                self.phases.setdefault(f"{at}{axis}", []).append(key)

    def junction(self, name: str) -> None:
        """One junction: a road for each way from a lane of one street to one of another."""
        ends: list[End] = [
            (s, i == 1) for s in streets() for i, n in enumerate(s.split("-")) if n == name
        ]
        for coming, going in permutations(ends, 2):
            turn = self._turn(coming, going)
            lanes = self._pairs(turn, lanes_of(coming[0]), lanes_of(going[0]))
            for i, j in lanes:
                self._connect(name, coming, going, i, j)
        element = Xml.SubElement(self.root, "junction", id=self.junctions[name], name=name)
        for i, connection in enumerate(self.connections[name]):
            connection.set("id", str(i))
            element.append(connection)
        for axis in "hv":
            if f"{name}{axis}" in self.phases:
                Xml.SubElement(element, "controller", id=f"{self.junctions[name]}{axis}", type="0")

    def _heading(self, end: End, *, into: bool) -> float:
        a, b = end[0].split("-")
        (x0, y0), (x1, y1) = node(a), node(b)
        heading = math.atan2(y1 - y0, x1 - x0)
        return heading if end[1] == into else heading + math.pi

    def _turn(self, coming: End, going: End) -> int:
        difference = self._heading(going, into=False) - self._heading(coming, into=True)
        return round((difference / (math.pi / 2) + 2) % 4 - 2)

    @staticmethod
    def _pairs(turn: int, n: int, m: int) -> list[tuple[int, int]]:
        """Lanes (counted from the middle) that a way through a junction joins."""
        if turn == 0:
            return [(i, i) for i in range(min(n, m))]
        return [(0, 0)] if turn > 0 else [(n - 1, m - 1)]

    def _connect(self, name: str, coming: End, going: End, i: int, j: int) -> None:
        h0, h1 = self._heading(coming, into=True), self._heading(going, into=False)
        (cx, cy), left0, left1 = node(name), -LANE * i, -LANE * j
        x0 = cx - REACH * math.cos(h0) - left0 * math.sin(h0)
        y0 = cy - REACH * math.sin(h0) + left0 * math.cos(h0)
        x1 = cx + REACH * math.cos(h1) - left1 * math.sin(h1)
        y1 = cy + REACH * math.sin(h1) + left1 * math.cos(h1)
        theta = (h1 - h0 + math.pi) % (2 * math.pi) - math.pi
        ahead = (x1 - x0) * math.cos(h0) + (y1 - y0) * math.sin(h0)
        aside = (y1 - y0) * math.cos(h0) - (x1 - x0) * math.sin(h0)
        pieces = [(ahead, 0.0)]
        if abs(theta) > 0.1:
            tangent = min(ahead, abs(aside))
            pieces = [
                (ahead - tangent, 0.0),
                (tangent * math.pi / 2, math.copysign(1 / tangent, theta)),
                (abs(aside) - tangent, 0.0),
            ]
        pieces = [p for p in pieces if p[0] > 1e-6]
        key, self.next_road = str(self.next_road), self.next_road + 1
        length = sum(piece for piece, _ in pieces)
        road = self._road(key, "", length, self.junctions[name], (x0, y0, h0), pieces)
        link = road.find("link")
        assert link is not None
        for tag, (street, at_end) in (("predecessor", coming), ("successor", going)):
            Xml.SubElement(
                link, tag, elementType="road", elementId=self.ids[street],
                contactPoint="end" if at_end else "start",
            )  # fmt: skip
        source = (i + 1) * (-1 if coming[1] else 1)
        sink = (j + 1) * (1 if going[1] else -1)
        self._lanes(road, [], [("driving", LANE)], joined=(source, sink))
        self.root.append(road)
        connection = Xml.Element(
            "connection",
            incomingRoad=self.ids[coming[0]],
            connectingRoad=key,
            contactPoint="start",
        )
        Xml.SubElement(connection, "laneLink", {"from": str(source), "to": "-1"})
        self.connections[name].append(connection)

    @staticmethod
    def _road(
        key: str, name: str, length: float, junction: str,
        start: tuple[float, float, float], pieces: list[tuple[float, float]],
    ) -> Xml.Element:  # fmt: skip
        road = Xml.Element("road", name=name, length=f"{length:.9f}", id=key, junction=junction)
        Xml.SubElement(road, "link")
        kind = Xml.SubElement(road, "type", s="0", type="town")
        Xml.SubElement(kind, "speed", max="30", unit="km/h")
        plan = Xml.SubElement(road, "planView")
        s, (x, y, h) = 0.0, start
        for piece, curvature in pieces:
            geometry = Xml.SubElement(
                plan, "geometry", s=f"{s:.9f}", x=f"{x:.9f}", y=f"{y:.9f}", hdg=f"{h:.12f}",
                length=f"{piece:.9f}",
            )  # fmt: skip
            if curvature:
                Xml.SubElement(geometry, "arc", curvature=f"{curvature:.12f}")
                turn = curvature * piece
                x += (math.sin(h + turn) - math.sin(h)) / curvature
                y -= (math.cos(h + turn) - math.cos(h)) / curvature
                h += turn
            else:
                Xml.SubElement(geometry, "line")
                x, y = x + piece * math.cos(h), y + piece * math.sin(h)
            s += piece
        profile = Xml.SubElement(road, "elevationProfile")
        Xml.SubElement(profile, "elevation", s="0", a="0", b="0", c="0", d="0")
        Xml.SubElement(road, "lateralProfile")
        return road

    @staticmethod
    def _lanes(
        road: Xml.Element, left: list[tuple[str, float]], right: list[tuple[str, float]],
        joined: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        section = Xml.SubElement(Xml.SubElement(road, "lanes"), "laneSection", s="0")

        def lane(side: Xml.Element, key: int, kind: str, width: float | None, mark: str) -> None:
            element = Xml.SubElement(side, "lane", id=str(key), type=kind, level="false")
            link = Xml.SubElement(element, "link")
            if joined and key:
                Xml.SubElement(link, "predecessor", id=str(joined[0]))
                Xml.SubElement(link, "successor", id=str(joined[1]))
            if width is not None:
                Xml.SubElement(
                    element, "width", sOffset="0", a=f"{width:.3f}", b="0", c="0", d="0"
                )
            Xml.SubElement(
                element, "roadMark", sOffset="0", type=mark, weight="standard", color="standard",
                width="0.15",
            )  # fmt: skip

        def mark(kinds: list[tuple[str, float]], i: int) -> str:
            if kinds[i][0] != "driving" or joined:
                return "none"
            return "broken" if i + 1 < len(kinds) and kinds[i + 1][0] == "driving" else "solid"

        if left:
            side = Xml.SubElement(section, "left")
            for i in reversed(range(len(left))):
                lane(side, i + 1, *left[i], mark(left, i))
        lane(Xml.SubElement(section, "center"), 0, "none", None, "broken" if left else "none")
        side = Xml.SubElement(section, "right")
        for i in range(len(right)):
            lane(side, -i - 1, *right[i], mark(right, i))

    def text(self) -> str:
        """The whole file."""
        for name in streets():
            self.street(name)
        for name in self.junctions:
            self.junction(name)
        for phase, signals in self.phases.items():
            key = f"{self.junctions[phase[:2]]}{phase[2]}"
            controller = Xml.Element("controller", name=phase, id=key, sequence="0")
            for signal in signals:
                Xml.SubElement(controller, "control", signalId=signal, type="0")
            self.root.append(controller)
        Xml.indent(self.root, " ")
        return Xml.tostring(self.root, encoding="unicode", xml_declaration=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(Town().text(), encoding="utf-8")
