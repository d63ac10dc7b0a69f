"""Triangles with colors, collected until they are drawn. It knows no graphics library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Color = tuple[float, float, float]
# Position, RGBA, texture coordinates: panda3d's V3c4t2.
VERTEX: Final = np.dtype([("p", "<f4", 3), ("c", "u1", 4), ("t", "<f4", 2)])
# A texture is so many tiles wide and high.
TILES: Final = 4
# How bright a face is by where it looks: up, down, and to the four sides (+x, -x, +y, -y).
_SHADES: Final = {"up": 1.0, "down": 0.45, "+x": 0.86, "-x": 0.74, "+y": 0.80, "-y": 0.66}
_BOX: Final = (
    ("up", (4, 5, 6, 7)),
    ("+x", (1, 2, 6, 5)),
    ("-x", (3, 0, 4, 7)),
    ("+y", (2, 3, 7, 6)),
    ("-y", (0, 1, 5, 4)),
)


class Mesh:
    """Triangles under construction."""

    def __init__(self) -> None:
        self._vertices: list[NDArray[np.void]] = []
        self._triangles: list[NDArray[np.int64]] = []
        self._count = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self._count

    def add(
        self,
        points: NDArray[np.float64],
        triangles: NDArray[np.int64],
        color: Color,
        texture: NDArray[np.float64] | None = None,
    ) -> None:
        """Points [N, 3], triangles [M, 3] of their numbers, a color, texture coordinates."""
        vertices = np.zeros(len(points), VERTEX)
        vertices["p"] = points
        vertices["c"] = [*(round(255 * min(max(c, 0.0), 1.0)) for c in color), 255]
        if texture is not None:
            vertices["t"] = texture
        self._vertices.append(vertices)
        self._triangles.append(triangles + self._count)
        self._count += len(points)

    def polygon(self, points: Sequence[Sequence[float]], color: Color) -> None:
        """A convex polygon, counterclockwise from where it is seen."""
        fan = np.array([[0, i, i + 1] for i in range(1, len(points) - 1)])
        self.add(np.array(points, dtype=np.float64), fan, color)

    def strip(
        self, left: NDArray[np.float64], right: NDArray[np.float64], z: float, color: Color
    ) -> None:
        """A band on the ground between two lines [N, 2] in the same direction."""
        n = len(left)
        points = np.full((2 * n, 3), z)
        points[:n, :2], points[n:, :2] = left, right
        i = np.arange(n - 1)
        halves = [np.column_stack([n + i, n + i + 1, i]), np.column_stack([n + i + 1, i + 1, i])]
        self.add(points, np.concatenate(halves), color)

    def box(
        self,
        center: tuple[float, float, float],
        size: tuple[float, float, float],
        color: Color,
        yaw: float = 0.0,
        taper: tuple[float, float] = (1.0, 1.0),
        tiles: tuple[float, float] | None = None,
    ) -> None:
        """A box that stands on the ground or floats.

        Args:
            center: Of the box.
            size: Along its heading, across it, upwards.
            color: Of its paint; faces are shaded by where they look.
            yaw: Its heading.
            taper: How much of length and width is left at its top.
            tiles: Width and height of one tile of the texture on its walls; None without.
        """
        length, width, height = size
        base = 0.5 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [length, width]
        corners = np.zeros((8, 3))
        corners[:4, :2], corners[4:, :2] = base, base * taper
        corners[:4, 2], corners[4:, 2] = -0.5 * height, 0.5 * height
        cos, sin = math.cos(yaw), math.sin(yaw)
        turned = corners.copy()
        turned[:, 0] = corners[:, 0] * cos - corners[:, 1] * sin
        turned[:, 1] = corners[:, 0] * sin + corners[:, 1] * cos
        turned += center
        for side, numbers in _BOX:
            shade = _SHADES[_turned(side, yaw)]
            face = turned[list(numbers)]
            texture = None
            if tiles is not None and side != "up":
                across = float(np.hypot(*(face[1] - face[0])[:2])) / tiles[0]
                up = max(round(height / tiles[1]), 1) / TILES
                wide = max(round(across), 1) / TILES
                texture = np.array([[0, 0], [wide, 0], [wide, up], [0, up]], dtype=np.float64)
            color_ = (color[0] * shade, color[1] * shade, color[2] * shade)
            self.add(face, np.array([[0, 1, 2], [0, 2, 3]]), color_, texture)

    def prism(
        self,
        center: tuple[float, float, float],
        radius: tuple[float, float],
        height: float,
        color: Color,
        sides: int = 6,
    ) -> None:
        """An upright prism or, with a smaller upper radius, a cone."""
        angles = np.arange(sides) * 2 * math.pi / sides
        ring = np.column_stack([np.cos(angles), np.sin(angles)])
        x, y, z = center
        low = np.column_stack([ring * radius[0] + [x, y], np.full(sides, z)])
        high = np.column_stack([ring * radius[1] + [x, y], np.full(sides, z + height)])
        for i in range(sides):
            j = (i + 1) % sides
            shade = 0.78 + 0.16 * math.cos(angles[i] - 0.6)
            tone = (color[0] * shade, color[1] * shade, color[2] * shade)
            self.polygon([low[i], low[j], high[j], high[i]], tone)
        self.polygon(list(high), color)

    def arrays(self) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        """All vertices, and all triangles by the numbers of their corners."""
        return np.concatenate(self._vertices), np.concatenate(self._triangles)


def _turned(side: str, yaw: float) -> str:
    """Where a face of a turned box looks."""
    if side == "up":
        return side
    angles = {"+x": 0.0, "+y": 0.5 * math.pi, "-x": math.pi, "-y": 1.5 * math.pi}
    quarter = round((angles[side] + yaw) / (0.5 * math.pi)) % 4
    return ("+x", "+y", "-x", "-y")[quarter]
