"""Which lane markings a car drives over."""

from __future__ import annotations

import math

from afil_sim.town.geometry import Box
from afil_sim.town.network import LaneKey, Network

# carla_msgs/CarlaLaneInvasionEvent's numbers.
BROKEN, SOLID = 1, 2


class LaneMarks:
    """Follows the two sides of a car from lane to lane.

    Between lanes of one direction the marking is broken; between the directions and at the edge
    of the street it is solid. A junction has none.

    Args:
        network: The lanes.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._before: list[LaneKey | None] | None = None

    def reset(self) -> None:
        """Begin anew: the car was put somewhere else."""
        self._before = None

    def crossed(self, car: Box) -> tuple[int, ...]:
        """Markings that were crossed since the last call."""
        now = [self._network.lane_at(*self._side(car, sign)) for sign in (1.0, -1.0)]
        before, self._before = self._before, now
        if before is None:
            return ()
        found = [self._between(a, b) for a, b in zip(before, now, strict=True) if a != b]
        return tuple(mark for mark in found if mark is not None)

    @staticmethod
    def _side(car: Box, sign: float) -> tuple[float, float]:
        half = sign * 0.5 * car.width
        return car.x - half * math.sin(car.yaw), car.y + half * math.cos(car.yaw)

    def _between(self, before: LaneKey | None, now: LaneKey | None) -> int | None:
        if before is None or now is None:
            there = before or now
            return None if there is None or self._network.is_junction(there) else SOLID
        if before[:2] != now[:2] or self._network.is_junction(now):
            return None  # the next road of its way
        return BROKEN if before[2] * now[2] > 0 else SOLID
