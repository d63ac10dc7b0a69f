"""The traffic lights of a town: one controller of a junction is green after the other."""

from __future__ import annotations

from enum import IntEnum

from afil_sim.town.opendrive import OpenDrive


class Light(IntEnum):
    """State of a light; the numbers are those of carla_msgs/CarlaTrafficLightStatus."""

    RED = 0
    YELLOW = 1
    GREEN = 2


class Lights:
    """All lights of a map as a function of time.

    Args:
        map_: The map; its junctions name their controllers.
        green_s: How long a controller is green.
        yellow_s: How long it is yellow.
        pause_s: How long all are red before the next.
    """

    def __init__(
        self, map_: OpenDrive, green_s: float = 9.0, yellow_s: float = 2.0, pause_s: float = 1.0
    ) -> None:
        self._green, self._yellow = green_s, yellow_s
        self._turn = green_s + yellow_s + pause_s
        self._place: dict[str, tuple[int, int]] = {}
        self.offset_s = 0.0
        self._held: dict[str, Light] = {}
        for junction in map_.junctions.values():
            count = len(junction.controllers)
            for i, controller in enumerate(junction.controllers):
                for signal in map_.controllers.get(controller, ()):
                    self._place[signal] = (i, count)

    @property
    def signals(self) -> list[str]:
        """Ids of the lights."""
        return list(self._place)

    def reset(self, offset_s: float) -> None:
        """Begin an episode so far into the cycle, with nothing held."""
        self.offset_s = offset_s
        self._held = {}

    def hold(self, signal: str, state: Light) -> None:
        """Keep a light as it is told until the next reset."""
        self._held[signal] = state

    def state(self, signal: str, time_s: float) -> Light:
        """A light at a time of the episode."""
        if signal in self._held:
            return self._held[signal]
        i, count = self._place[signal]
        into = (time_s + self.offset_s - i * self._turn) % (count * self._turn)
        if into < self._green:
            return Light.GREEN
        return Light.YELLOW if into < self._green + self._yellow else Light.RED
