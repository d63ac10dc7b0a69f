"""Traffic lights and signs as meshes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from afil_sim.drawing.mesh import Color, Mesh
from afil_sim.town.lights import Light
from afil_sim.town.network import Network
from afil_sim.town.opendrive import Road, Signal

_POLE: Final[Color] = (0.32, 0.33, 0.35)
_HOUSING: Final[Color] = (0.06, 0.06, 0.07)
_LAMPS: Final[dict[Light, Color]] = {
    Light.RED: (1.0, 0.10, 0.08),
    Light.YELLOW: (1.0, 0.80, 0.10),
    Light.GREEN: (0.10, 1.0, 0.35),
}
_OFF: Final = 0.16
_LAMP: Final = 0.16
# How far beyond the line a light is repeated where no way leads straight on, m.
_BEYOND: Final = 34.0

Placed = tuple[float, float, float]


@dataclass
class LightLook:
    """A traffic light: what stands, and its lamps in each of its states."""

    id: str
    stands: Mesh
    states: dict[Light, Mesh]


def light_looks(network: Network, signals: list[str]) -> list[LightLook]:
    """The traffic lights of a map, each at its line and again beyond the junction."""
    looks = []
    for key in signals:
        road, signal = network.signals[key]
        stands, states = Mesh(), {state: Mesh() for state in Light}
        for place, height in zip(_places(network, road, signal), (3.0, 4.2), strict=True):
            _light(stands, states, place, height)
        looks.append(LightLook(key, stands, states))
    return looks


def _facing(road: Road, signal: Signal) -> Placed:
    """Where a signal is, and the heading of the traffic that it is for."""
    x, y, heading = road.at(signal.s, signal.t)
    return x, y, heading + (0.0 if signal.heading > 0 else math.pi)


def _places(network: Network, road: Road, signal: Signal) -> tuple[Placed, Placed]:
    x, y, heading = _facing(road, signal)
    section = 0 if signal.heading < 0 else len(road.sections) - 1
    beyond = _BEYOND
    for lane, after in network.successors.items():
        if lane[0] != road.id or lane[1] != section or lane[2] * signal.heading > 0:
            continue
        for crossing in after:
            line = network.lines[crossing]
            turn = np.arctan2(*(line[-1] - line[-2])[::-1]) - heading
            if math.cos(turn) > 0.95:
                beyond = float(np.hypot(*(line[-1] - (x, y)))) + 1.0
    far = (x + beyond * math.cos(heading), y + beyond * math.sin(heading), heading)
    return (x, y, heading), far


def _light(stands: Mesh, states: dict[Light, Mesh], place: Placed, height: float) -> None:
    x, y, heading = place
    stands.prism((x, y, 0.0), (0.08, 0.08), height, _POLE, 5)
    stands.box((x, y, height + 0.1), (0.3, 0.42, 1.25), _HOUSING, heading)
    cos, sin = math.cos(heading), math.sin(heading)
    for i, lamp in enumerate((Light.GREEN, Light.YELLOW, Light.RED)):
        for state, mesh in states.items():
            share = 1.0 if lamp is state else _OFF
            r, g, b = _LAMPS[lamp]
            center = (x - 0.17 * cos, y - 0.17 * sin, height - 0.28 + 0.38 * i)
            size = (0.04, 2 * _LAMP, 2 * _LAMP)
            mesh.box(center, size, (r * share, g * share, b * share), heading)


def stop_signs(network: Network, type_: str) -> Mesh:
    """All stop signs of a map."""
    mesh = Mesh()
    for road, signal in network.signals.values():
        if signal.type != type_:
            continue
        x, y, heading = _facing(road, signal)
        mesh.prism((x, y, 0.0), (0.05, 0.05), 2.3, _POLE, 5)
        cos, sin = math.cos(heading), math.sin(heading)
        for radius, color, front in (
            (0.48, (0.95, 0.95, 0.95), 0.07),
            (0.42, (0.8, 0.05, 0.06), 0.09),
        ):
            ring = []
            for i in range(8):
                angle = (i + 0.5) * math.pi / 4
                side = radius * math.cos(angle)
                z = 2.3 + radius * math.sin(angle)
                ring.append((x - front * cos + side * sin, y - front * sin - side * cos, z))
            mesh.polygon(ring, color)
        bar = (x - 0.11 * cos, y - 0.11 * sin, 2.3)
        mesh.box(bar, (0.02, 0.62, 0.16), (0.95, 0.95, 0.95), heading)
    return mesh
