"""Which contacts of the ego vehicle are collisions that count; CARLA's CollisionTest."""

from __future__ import annotations

import math
from typing import Final

from afil_sim.town.traffic import Actor

# Collisions within that distance of each other are one, m.
_RADIUS: Final = 5.0
# Who was hit counts again after so long, s.
_MEMORY_S: Final = 5.0
# Whoever is slower is not at fault, m/s.
_AT_FAULT: Final = 0.1


class Contacts:
    """Remembers the last collision that counted, as scenario_runner's ``CollisionTest`` does."""

    def __init__(self) -> None:
        self._where: tuple[float, float] | None = None
        self._who = 0
        self._until_s = -math.inf

    def forget(self, ego: Actor, time_s: float) -> None:
        """Let go of a last collision that is far away or long ago; once in each step."""
        if self._where and math.dist(self._where, (ego.x, ego.y)) > _RADIUS:
            self._where = None
        if time_s > self._until_s:
            self._who = 0

    def counts(self, ego: Actor, other: int, time_s: float) -> bool:
        """Whether a contact is another collision, and one of the ego vehicle's making.

        Args:
            ego: The ego vehicle with the speed at which it got there.
            other: Number of the actor that it touches; 0 for a thing that stands for ever.
            time_s: Since the begin of the episode.
        """
        known = self._where is not None or (other != 0 and other == self._who)
        if known or abs(ego.speed) < _AT_FAULT:
            return False
        self._where = ego.x, ego.y
        if other:
            self._who, self._until_s = other, time_s + _MEMORY_S
        return True
