"""Ways along the ground, and boxes that stand on it.

All in m and rad in the map's frame: x to the east, y to the north.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afil_sim.bodies import Vector

# x, y, heading.
Pose2 = tuple[float, float, float]


def wrapped(angle: float) -> float:
    """An angle in -pi..pi."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


class Way:
    """A polyline with its arc length.

    Args:
        points: float64 [N, 2], N >= 2; repeated points are left out.
    """

    def __init__(self, points: NDArray[np.float64]) -> None:
        steps = np.hypot(*np.diff(points, axis=0).T)
        self.points: Vector = points[np.concatenate([[True], steps > 1e-6])]
        self._delta = np.diff(self.points, axis=0)
        self._steps = np.hypot(*self._delta.T)
        self._unit = self._delta / self._steps[:, None]
        self._starts = np.concatenate([[0.0], np.cumsum(self._steps)])
        self._s: list[float] = self._starts.tolist()
        self._headings: list[float] = np.arctan2(*self._delta.T[::-1]).tolist()
        self._turns = [(math.cos(heading), math.sin(heading)) for heading in self._headings]
        self._xy: list[list[float]] = self.points.tolist()
        self.length = self._s[-1]

    def at(self, s: float, offset: float = 0.0) -> Pose2:
        """Pose at an arc length, ``offset`` to the left; beyond the ends straight on."""
        i = min(max(bisect_right(self._s, s) - 1, 0), len(self._headings) - 1)
        heading = self._headings[i]
        x, y = self._xy[i]
        (cos, sin), along = self._turns[i], s - self._s[i]
        return x + along * cos - offset * sin, y + along * sin + offset * cos, heading

    def project(self, x: float, y: float, near: float | None = None) -> tuple[float, float]:
        """Where a point is along the way.

        Args:
            x: Of the point.
            y: Of the point.
            near: Arc length around which to look (40 m to either side); None for all of it.

        Returns:
            Arc length, and how far to the left of the way the point is.
        """
        low, high = 0, len(self._steps)
        if near is not None:
            low = min(max(bisect_right(self._s, near - 40.0) - 1, 0), high - 1)
            high = max(bisect_right(self._s, near + 40.0), low + 1)
        dx, dy = x - self.points[low:high, 0], y - self.points[low:high, 1]
        dx, dy = dx[: len(self._steps) - low], dy[: len(self._steps) - low]
        unit, steps = self._unit[low:high], self._steps[low:high]
        along = dx * unit[:, 0] + dy * unit[:, 1]
        inside = np.clip(along, 0.0, steps)
        across = dy * unit[:, 0] - dx * unit[:, 1]
        # Beyond either end the way goes straight on.
        i = int(np.argmin((along - inside) ** 2 + across**2))
        first, last = low + i == 0, low + i == len(self._steps) - 1
        s = float(along[i] if (first and along[i] < 0) or (last and along[i] > 0) else inside[i])
        return self._s[low + i] + s, float(across[i])

    def curvature(self, step: float = 2.0) -> Vector:
        """Turn per metre, sampled each ``step`` metres: float64 [length / step + 1]."""
        stations = np.arange(0.0, self.length + step, step)
        headings = np.unwrap([self.at(s)[2] for s in stations])
        turn: Vector = np.abs(np.gradient(headings, step))
        return turn


@dataclass
class Box:
    """A thing's outline on the ground, and its height.

    Attributes:
        x: Middle of it.
        y: Middle of it.
        yaw: Heading.
        length: Along the heading.
        width: Across it.
        height: Above the ground.
    """

    x: float
    y: float
    yaw: float
    length: float
    width: float
    height: float

    @property
    def reach(self) -> float:
        """Radius of the circle around it."""
        return 0.5 * math.hypot(self.length, self.width)

    def corners(self) -> NDArray[np.float64]:
        """Its four corners on the ground, [4, 2], counterclockwise."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        half = 0.5 * np.array([[1, -1], [1, 1], [-1, 1], [-1, -1]])
        local = half * np.array([self.length, self.width])
        turned: Vector = local @ np.array([[cos, sin], [-sin, cos]])
        turned += self.x, self.y
        return turned


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes overlap on the ground (separating axes)."""
    dx, dy = b.x - a.x, b.y - a.y
    if dx * dx + dy * dy > (a.reach + b.reach) ** 2:
        return False
    turn = b.yaw - a.yaw
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    for one, other in ((a, b), (b, a)):
        c, s = math.cos(one.yaw), math.sin(one.yaw)
        along, across = abs(dx * c + dy * s), abs(dy * c - dx * s)
        if along > 0.5 * (one.length + other.length * cos + other.width * sin):
            return False
        if across > 0.5 * (one.width + other.width * cos + other.length * sin):
            return False
    return True
