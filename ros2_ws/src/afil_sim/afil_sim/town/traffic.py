"""Who is on the road: actors with a mind each, the ego vehicle among them, and time."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from afil_sim.town.geometry import Box, Pose2, Way
from afil_sim.town.lights import Light, Lights
from afil_sim.town.network import Stop

Color = tuple[float, float, float]
# Length, width and height of each kind, m.
SIZES: Final = {
    "car": (4.4, 1.85, 1.5),
    "van": (5.6, 2.05, 2.4),
    "truck": (7.5, 2.3, 3.0),
    "police": (4.6, 1.85, 1.55),
    "bicycle": (1.8, 0.6, 1.75),
    "pedestrian": (0.5, 0.6, 1.75),
    "door": (0.12, 1.1, 1.2),
    "cone": (0.4, 0.4, 0.75),
    "barrier": (0.5, 2.6, 1.1),
}
VEHICLES: Final = ("car", "van", "truck", "police", "bicycle", "door")
# The intelligent driver model's: comfortable acceleration and braking, least gap, time gap.
_ACCELERATION, _BRAKING, _GAP, _HEADWAY = 1.8, 3.0, 2.5, 1.2
_SIGHT: Final = 40.0


class Mind(ABC):
    """What moves an actor."""

    @abstractmethod
    def step(self, actor: Actor, traffic: Traffic, dt: float) -> None:
        """Move the actor on by ``dt`` seconds."""

    @abstractmethod
    def forecast(self, actor: Actor, time_s: float) -> Pose2:
        """Where the actor will be in ``time_s`` seconds if nothing hinders it."""


@dataclass
class Actor(Box):
    """A thing in the town that has a part in an episode.

    Attributes:
        id: Number; 0 is the ego vehicle.
        kind: Key of :data:`SIZES`.
        color: Of its paint, components in 0..1.
        speed: Along its heading, m/s.
        mind: What moves it; None for what stands.
        shown: Whether it is there at all.
        role: What it is in its scenario, e.g. ``key`` for what matters in it.
    """

    id: int = 0
    kind: str = "car"
    color: Color = (0.6, 0.6, 0.6)
    speed: float = 0.0
    mind: Mind | None = None
    shown: bool = True
    role: str = ""

    def forecast(self, time_s: float) -> Pose2:
        """Where it will be in ``time_s`` seconds."""
        if self.mind is None:
            return self.x, self.y, self.yaw
        return self.mind.forecast(self, time_s)


@dataclass
class Traffic:
    """Everything that moves.

    Attributes:
        ego: The ego vehicle, as others see it.
        lights: The traffic lights.
        actors: All others.
        time_s: Since the begin of the episode.
        ego_s: How far the ego vehicle is on its route, m.
    """

    ego: Actor
    lights: Lights
    actors: list[Actor] = field(default_factory=list)
    time_s: float = 0.0
    ego_s: float = 0.0

    def add(self, kind: str, pose: Pose2, color: Color = (0.6, 0.6, 0.6), **more: object) -> Actor:
        """A new actor of a kind at a pose."""
        length, width, height = SIZES[kind]
        actor = Actor(*pose, length, width, height, len(self.actors) + 1, kind, color)
        for name, value in more.items():
            setattr(actor, name, value)
        self.actors.append(actor)
        return actor

    @property
    def visible(self) -> list[Actor]:
        """The actors that are there."""
        return [actor for actor in self.actors if actor.shown]

    def step(self, dt: float) -> None:
        """Move everybody on but the ego vehicle."""
        self.time_s += dt
        for actor in self.actors:
            if actor.shown and actor.mind is not None:
                actor.mind.step(actor, self, dt)

    def leader(self, of: Actor) -> tuple[float, float]:
        """Gap (m) to the next thing ahead of an actor, and its speed; infinite where none is."""
        cos, sin = math.cos(of.yaw), math.sin(of.yaw)
        best, speed = math.inf, 0.0
        for other in (self.ego, *self.actors):
            if other is of or not other.shown:
                continue
            dx, dy = other.x - of.x, other.y - of.y
            ahead = dx * cos + dy * sin
            if not 0 < ahead < _SIGHT:
                continue
            turn = other.yaw - of.yaw
            c, s = abs(math.cos(turn)), abs(math.sin(turn))
            beside = abs(dy * cos - dx * sin)
            if beside > 0.5 * (of.width + other.width * c + other.length * s) + 0.25:
                continue
            gap = ahead - 0.5 * (of.length + other.length * c + other.width * s)
            if gap < best:
                best, speed = gap, other.speed * math.cos(turn)
        return best, speed


def always(traffic: Traffic) -> bool:
    """A trigger that has gone off."""
    del traffic
    return True


class Drive(Mind):
    """Along a way at the speed that the traffic allows (intelligent driver model).

    Args:
        way: Where to.
        s: Where on the way it begins, m.
        cruise: Speed where nothing is ahead, m/s.
        when: From when on; it stands until then.
        stops: Lines on the way with a traffic light.
        delay_s: How long after the trigger it sets off.
    """

    def __init__(
        self,
        way: Way,
        s: float,
        cruise: float,
        when: Callable[[Traffic], bool] = always,
        stops: tuple[Stop, ...] = (),
        delay_s: float = 0.0,
    ) -> None:
        self.way, self.s, self.cruise = way, s, cruise
        self._when, self._stops, self._delay = when, stops, delay_s
        self.started_s: float | None = None

    def step(self, actor: Actor, traffic: Traffic, dt: float) -> None:
        """Set off when it is time to, and drive."""
        if self.started_s is None and self._when(traffic):
            self.started_s = traffic.time_s
        if self.started_s is None or traffic.time_s < self.started_s + self._delay:
            actor.speed = 0.0
            return
        actor.speed = max(actor.speed + self._acceleration(actor, traffic) * dt, 0.0)
        self.s += actor.speed * dt
        actor.x, actor.y, actor.yaw = self.way.at(self.s)
        if self.s > self.way.length:
            actor.shown = False

    def _acceleration(self, actor: Actor, traffic: Traffic) -> float:
        gap, speed = traffic.leader(actor)
        for stop in self._stops:
            ahead = stop.s - self.s - 0.5 * actor.length
            # Who is at the line already drives on.
            if -0.5 < ahead < gap and traffic.lights.state(stop.signal, traffic.time_s) in (
                Light.RED,
                Light.YELLOW,
            ):
                gap, speed = ahead + _GAP, 0.0
        v = actor.speed
        free = 1 - (v / self.cruise) ** 4
        if gap == math.inf:
            return _ACCELERATION * free
        closing = v * (v - speed) / (2 * math.sqrt(_ACCELERATION * _BRAKING))
        wanted = _GAP + max(_HEADWAY * v + closing, 0.0)
        return max(_ACCELERATION * (free - (wanted / max(gap, 0.1)) ** 2), -8.0)

    def forecast(self, actor: Actor, time_s: float) -> Pose2:
        """On the way at its present speed, or at cruising speed where it has just set off."""
        if self.started_s is None:
            return actor.x, actor.y, actor.yaw
        return self.way.at(self.s + max(actor.speed, 0.3 * self.cruise) * time_s)


class Walk(Mind):
    """Along a way at a constant speed, whatever comes; at its end it stands.

    Args:
        way: Where to.
        speed: m/s.
        when: From when on.
        s: Where on the way it begins, m.
        delay_s: How long after the trigger it sets off.
    """

    def __init__(
        self,
        way: Way,
        speed: float,
        when: Callable[[Traffic], bool] = always,
        s: float = 0.0,
        delay_s: float = 0.0,
    ) -> None:
        self.way, self._speed, self._when, self.s, self._delay = way, speed, when, s, delay_s
        self._started_s: float | None = None

    def step(self, actor: Actor, traffic: Traffic, dt: float) -> None:
        """Set off when it is time to, and walk."""
        if self._started_s is None and self._when(traffic):
            self._started_s = traffic.time_s
        waits = self._started_s is None or traffic.time_s < self._started_s + self._delay
        actor.speed = 0.0 if waits or self.s >= self.way.length else self._speed
        self.s += actor.speed * dt
        actor.x, actor.y, actor.yaw = self.way.at(min(self.s, self.way.length))

    def forecast(self, actor: Actor, time_s: float) -> Pose2:
        """On the way; before it sets off, where it stands."""
        return self.way.at(min(self.s + actor.speed * time_s, self.way.length))
