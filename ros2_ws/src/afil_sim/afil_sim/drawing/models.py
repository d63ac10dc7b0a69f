"""What each kind of actor looks like: heading along x, its middle at the origin, z up, m."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from afil_sim.drawing.mesh import Color, Mesh
from afil_sim.town.traffic import SIZES

_GLASS: Final[Color] = (0.16, 0.20, 0.25)
_TYRE: Final[Color] = (0.07, 0.07, 0.08)
_HEADLIGHT: Final[Color] = (1.0, 0.98, 0.85)
_TAILLIGHT: Final[Color] = (0.9, 0.06, 0.05)
_SKIN: Final[Color] = (0.80, 0.62, 0.50)
_ORANGE: Final[Color] = (0.95, 0.38, 0.04)
_WHITE: Final[Color] = (0.95, 0.95, 0.95)


@dataclass
class Model:
    """A look.

    Attributes:
        poses: Meshes of which one is shown at a time; more than one for what moves its legs.
        lamps: What shines; empty for nothing.
    """

    poses: list[Mesh] = field(default_factory=lambda: [Mesh()])
    lamps: Mesh = field(default_factory=Mesh)


def model(kind: str, color: Color) -> Model:
    """The look of a kind of actor in a color."""
    return _MODELS[kind](kind, color)


def _car(kind: str, color: Color) -> Model:
    length, width, height = SIZES[kind]
    look, body = Model(), 0.36 * height
    mesh = look.poses[0]
    mesh.box((0, 0, 0.28 + 0.5 * body), (length, width, body), color, taper=(0.97, 0.94))
    cabin = height - 0.28 - body
    middle = (-0.04 * length, 0.0, 0.28 + body + 0.5 * cabin)
    mesh.box(middle, (0.56 * length, 0.90 * width, 0.82 * cabin), _GLASS, taper=(0.72, 0.86))
    roof = (middle[0], 0.0, height - 0.06)
    mesh.box(roof, (0.40 * length, 0.76 * width, 0.08), color)
    _wheels(look, length, width)
    _lamps(look, length, width, 0.28 + 0.6 * body)
    return look


def _police(kind: str, color: Color) -> Model:
    look = _car(kind, color)
    look.poses[0].box((0, 0, 0.62), (2.2, 1.87, 0.2), (0.1, 0.2, 0.6))
    for side, shade in ((0.35, (0.1, 0.25, 1.0)), (-0.35, (0.1, 0.25, 1.0))):
        look.lamps.box((-0.2, side, SIZES[kind][2] + 0.06), (0.25, 0.5, 0.14), shade)
    return look


def _van(kind: str, color: Color) -> Model:
    length, width, height = SIZES[kind]
    look = Model()
    mesh = look.poses[0]
    mesh.box((-0.08 * length, 0, 0.3 + 0.5 * (height - 0.3)), (0.84 * length, width, height - 0.3),
             color, taper=(0.98, 0.92))  # fmt: skip
    mesh.box((0.40 * length, 0, 0.7), (0.2 * length, 0.96 * width, 0.8), color)
    mesh.box((0.33 * length, 0, 0.62 * height), (0.08 * length, 0.9 * width, 0.3 * height), _GLASS)
    _wheels(look, length, width)
    _lamps(look, length, width, 0.8)
    return look


def _wheels(look: Model, length: float, width: float) -> None:
    for x in (0.31 * length, -0.31 * length):
        look.poses[0].box((x, 0, 0.32), (0.64, width + 0.02, 0.64), _TYRE, taper=(0.6, 1.0))


def _lamps(look: Model, length: float, width: float, z: float) -> None:
    for side in (0.36 * width, -0.36 * width):
        look.lamps.box((0.5 * length, side, z), (0.06, 0.32, 0.16), _HEADLIGHT)
        look.lamps.box((-0.5 * length, side, z + 0.06), (0.06, 0.32, 0.15), _TAILLIGHT)


def _person(mesh: Mesh, base: float, color: Color, *, legs: float | None) -> None:
    """Somebody from the hips up, at a height; with legs that are so far apart."""
    if legs is not None:
        for side, forward in ((0.1, legs), (-0.1, -legs)):
            mesh.box((0.5 * forward, side, 0.42), (0.17 + abs(forward), 0.15, 0.84),
                     (0.14, 0.16, 0.24), taper=(0.5, 1.0))  # fmt: skip
    mesh.box((0, 0, base + 0.3), (0.28, 0.46, 0.62), color, taper=(0.9, 0.85))
    mesh.box((0, 0, base + 0.3), (0.16, 0.6, 0.5), color)
    mesh.prism((0, 0, base + 0.64), (0.11, 0.12), 0.24, _SKIN)
    mesh.prism((0, 0, base + 0.82), (0.13, 0.09), 0.09, (0.18, 0.12, 0.08))


def _pedestrian(kind: str, color: Color) -> Model:
    del kind
    look = Model([Mesh(), Mesh()])
    for mesh, legs in zip(look.poses, (0.32, 0.05), strict=True):
        _person(mesh, 0.82, color, legs=legs)
    return look


def _bicycle(kind: str, color: Color) -> Model:
    del kind
    look = Model([Mesh(), Mesh()])
    for mesh, pedal in zip(look.poses, (0.14, -0.14), strict=True):
        for x in (0.55, -0.55):
            _ring(mesh, x, 0.34)
        mesh.box((0, 0, 0.55), (0.95, 0.05, 0.06), (0.75, 0.12, 0.10))
        mesh.box((-0.2, 0, 0.72), (0.06, 0.05, 0.4), (0.75, 0.12, 0.10))
        mesh.box((0.48, 0, 0.8), (0.06, 0.5, 0.06), _TYRE)
        for side, sign in ((0.1, 1), (-0.1, -1)):
            mesh.box((0.02 + sign * pedal, side, 0.6), (0.16, 0.13, 0.6), (0.14, 0.16, 0.24))
        _person(mesh, 0.88, color, legs=None)
    look.lamps.box((-0.75, 0, 0.6), (0.05, 0.1, 0.08), _TAILLIGHT)
    look.lamps.box((0.62, 0, 0.8), (0.05, 0.1, 0.08), _HEADLIGHT)
    return look


def _ring(mesh: Mesh, x: float, radius: float) -> None:
    """A wheel that stands along x, seen from both sides."""
    angles = [i * math.pi / 5 for i in range(10)]
    for side in (1, -1):
        ring = [
            (x + radius * math.cos(a), 0.03 * side, radius * (1 + math.sin(a))) for a in angles
        ]
        mesh.polygon(ring[::-side], _TYRE)


def _door(kind: str, color: Color) -> Model:
    length, width, height = SIZES[kind]
    look = Model()
    look.poses[0].box((0, 0, 0.62), (length, width, 0.6), color)
    look.poses[0].box((0, 0, 0.5 * (0.92 + height)), (0.5 * length, width, height - 0.92), _GLASS)
    return look


def _cone(kind: str, color: Color) -> Model:
    look, height = Model(), SIZES[kind][2]
    look.poses[0].box((0, 0, 0.03), (0.4, 0.4, 0.06), color)
    for i, shade in enumerate((color, _WHITE, color)):
        low, high = 0.17 - 0.05 * i, 0.12 - 0.05 * i
        look.poses[0].prism((0, 0, 0.05 + i * height / 3), (low, high), height / 3, shade, 8)
    return look


def _barrier(kind: str, color: Color) -> Model:
    look, (length, width, height) = Model(), SIZES[kind]
    for i in range(6):
        y = (i - 2.5) * width / 6
        shade = color if i % 2 else _WHITE
        look.poses[0].box((0, y, 0.75), (0.1, width / 6, 0.5), shade)
    for side in (0.4 * width, -0.4 * width):
        look.poses[0].box((0, side, 0.5 * height), (length, 0.12, height), (0.4, 0.4, 0.42))
        look.lamps.box((0, side, height + 0.1), (0.2, 0.2, 0.2), _ORANGE)
    return look


_MODELS: Final[dict[str, Callable[[str, Color], Model]]] = {
    "car": _car,
    "police": _police,
    "van": _van,
    "truck": _van,
    "bicycle": _bicycle,
    "pedestrian": _pedestrian,
    "door": _door,
    "cone": _cone,
    "barrier": _barrier,
}
