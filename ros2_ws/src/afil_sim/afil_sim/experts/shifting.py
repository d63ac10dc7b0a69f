"""When the driver leaves its lane, and where it is on its way out of it and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from afil_sim.bodies.car import LENGTH, Car
from afil_sim.town.stage import LANE, Shift
from afil_sim.town.traffic import VEHICLES, Actor

# Metres to the side per metre of way.
_SLOPE: Final = 0.28
_SIGHT: Final = 60
_PASSING: Final = 5.5

Seen = Sequence[tuple[Actor, NDArray[np.float64]]]


class Shifting:
    """The offset of the driven line from the lane's middle.

    Args:
        shifts: Where it has to leave the lane.
    """

    def __init__(self, shifts: list[Shift]) -> None:
        self._shifts = shifts
        self._taken: set[int] = set()
        self._done: set[int] = set()
        self._stations = np.zeros(1)
        self._offsets = np.zeros(1)

    def plan(self, seen: Seen, car: Car, s: float, lateral: float) -> float:
        """Decide, and lay the line ahead.

        Returns:
            Greatest speed that leaves it the choice, m/s.
        """
        speed, front = math.inf, s + 0.5 * LENGTH
        for i, shift in enumerate(self._shifts):
            if i in self._done:
                continue
            out = shift.begin() - shift.offset / _SLOPE
            if i not in self._taken and front > out - 3.0:
                if self._free(shift, seen, car, s):
                    self._taken.add(i)
                elif shift.against:
                    speed = min(speed, math.sqrt(6.0 * max(out + 2.0 - front, 0.0)))
                else:
                    speed = min(speed, self._pace(seen) + 1.0)
            if s - 0.5 * LENGTH > shift.end():
                self._done.add(i)
        self._lay(s, lateral)
        return speed

    def offset_at(self, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """Offsets of the line where the way is so long."""
        return np.interp(along, self._stations, self._offsets)

    def offset_ahead(self, s: float) -> float:
        """Offset of the line at one place."""
        return float(np.interp(s, self._stations, self._offsets))

    def _lay(self, s: float, lateral: float) -> None:
        active = [self._shifts[i] for i in self._taken - self._done]
        zones = [(z.begin() - z.offset / _SLOPE, z.end() + 0.5 * LENGTH, z.offset) for z in active]
        # From where the line was laid, not from where the car is: it may lag behind.
        now = self.offset_ahead(s) if len(self._stations) > 1 else lateral
        offsets, stations = [now], s + np.arange(_SIGHT, dtype=np.float64)
        if not zones and now == 0.0:
            self._stations, self._offsets = stations, np.zeros(_SIGHT)
            return
        for station in stations[1:].tolist():
            wanted = next((o for a, b, o in zones if a <= station <= b), 0.0)
            offsets.append(offsets[-1] + min(max(wanted - offsets[-1], -_SLOPE), _SLOPE))
        self._stations, self._offsets = stations, np.array(offsets)

    def _pace(self, seen: Seen) -> float:
        """Speed of the row beside us."""
        row = [a.speed for a, t in seen if abs(t[0, 1] - LANE) < 1.2 and abs(t[0, 2]) < 0.5]
        return min(row, default=math.inf)

    def _free(self, shift: Shift, seen: Seen, car: Car, s: float) -> bool:
        check = self._passes if shift.against else self._fits
        others = [(a, t) for a, t in seen if a.kind in VEHICLES and a.mind is not None]
        return all(check(shift, a, t, car, s) for a, t in others)

    def _passes(self, shift: Shift, a: Actor, t: NDArray[np.float64], car: Car, s: float) -> bool:
        """Whether we are back in our lane before an oncoming vehicle is there."""
        along, offset, turn, half_long, _ = t[0]
        if abs(turn) < 0.6 * math.pi or abs(offset - LANE) > 2.0 or along + half_long < s - 2:
            return True
        # What comes uses the street while we are in the other lane, and a zone may move.
        pace = max(_PASSING - (1.6 if self._moves(shift) else 0.0), 1.0)
        way = shift.end() + shift.offset / _SLOPE + LENGTH - s
        needed = way / pace + 0.35 * max(_PASSING - car.speed, 0.0) + 0.8
        back = s + way + (1.6 * needed if self._moves(shift) else 0.0)
        return bool((along - half_long - back) / max(a.speed, 5.0) > 0) or bool(
            (along - half_long - s) / (max(a.speed, 6.0) + pace) > needed
        )

    @staticmethod
    def _moves(shift: Shift) -> bool:
        return shift.begin.__closure__ is not None and shift.end() - shift.begin() > 11

    def _fits(self, shift: Shift, a: Actor, t: NDArray[np.float64], car: Car, s: float) -> bool:
        """Whether there is room before or behind a vehicle of the row that we join."""
        along, offset, turn, half_long, _ = t[0]
        if abs(turn) > 0.8 or abs(offset - shift.offset) > 1.8:
            return True
        closing = a.speed - car.speed
        ahead = along - half_long - (s + 0.5 * LENGTH)
        behind = s - 0.5 * LENGTH - along - half_long
        return bool(
            ahead > 2.5 + max(-closing, 0.0) * 1.5 or behind > 2.5 + max(closing, 0.0) * 2.0
        )
