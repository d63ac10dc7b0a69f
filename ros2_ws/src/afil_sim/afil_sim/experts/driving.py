"""The scripted driver: it sees everything in the town, and drives the route without a fault.

It follows its lane by pure pursuit, beside it where a :class:`Shift` says so and the other lane
is free, as fast as limit, curves, lights, signs and everybody's forecast allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.spatial import cKDTree

from afil_core.schema import Schema
from afil_sim.bodies import Vector
from afil_sim.bodies.car import LENGTH, WHEELBASE, WIDTH, Car
from afil_sim.experts.shifting import Shifting
from afil_sim.town.geometry import Pose2
from afil_sim.town.lights import Light
from afil_sim.town.stage import Stage
from afil_sim.town.traffic import Actor, Traffic

_HORIZON: Final = np.arange(0.0, 6.4, 0.4)
_TIMES: Final[list[float]] = _HORIZON.tolist()
_SIGHT: Final = 55.0
# The car is behind its wanted speed by so long, s.
_LAG: Final = 0.3
# How it is expected to speed up when it sets off, m/s^2.
_PICKUP: Final = 1.8


class DrivingExpertConfig(Schema):
    """Settings of the driver.

    Attributes:
        cruise: Speed on a free road, m/s.
        braking: What it plans to brake with, m/s^2.
        sideways: Greatest sideways acceleration in curves, m/s^2.
        gap: Distance that it keeps to what stands, m.
        margin: Least distance to the side, m.
    """

    cruise: float = Field(8.0, gt=0)
    braking: float = Field(3.0, gt=0)
    sideways: float = Field(2.0, gt=0)
    gap: float = Field(2.5, gt=0)
    margin: float = Field(0.35, ge=0)


class DrivingExpert:
    """Drives the route of a stage; one for each episode.

    Args:
        config: Settings.
        stage: The episode.
    """

    def __init__(self, config: DrivingExpertConfig, stage: Stage) -> None:
        self._cfg, self._route, self._way = config, stage.route, stage.way
        self._stations = np.arange(-10.0, self._way.length + 60.0, 0.5)
        poses = np.array([self._way.at(float(s)) for s in self._stations])
        self._tree, self._headings = cKDTree(poses[:, :2]), poses[:, 2]
        self._points = poses[:, :2]
        self._entries = [begin for begin, _ in stage.route.junctions(stage.network)]
        self._curve_speed = self._slow_before_curves()
        self._shifting = Shifting(stage.shifts)
        self._stopped: set[float] = set()
        # Tracks of those who stand for ever: most of a street.
        self._parked: dict[Pose2, NDArray[np.float64]] = {}

    def _slow_before_curves(self) -> Vector:
        """Greatest speed at each metre of the way."""
        turn = self._way.curvature(1.0)
        speed = np.minimum(np.sqrt(self._cfg.sideways / np.maximum(turn, 1e-3)), self._cfg.cruise)
        for i in reversed(range(len(speed) - 1)):
            speed[i] = min(speed[i], math.sqrt(speed[i + 1] ** 2 + 2 * 1.8))
        return speed

    def act(self, car: Car, traffic: Traffic, s: float, lateral: float) -> Vector:
        """The control [3] in this state; once per frame, for plans go on.

        Args:
            car: The ego vehicle.
            traffic: Everybody else.
            s: How far it is on the route.
            lateral: How far to the left of it.
        """
        seen = self._look(traffic, s)
        speed = self._shifting.plan(seen, car, s, lateral)
        speed = min(speed, self._cfg.cruise, self._limit(car, traffic, s))
        for actor, track, there in self._in_the_way(seen, s):
            speed = min(speed, self._yield_to(actor, track, there, car, s))
        throttle, brake = self._pedals(car, speed)
        return np.array([throttle, self._steer(car, s), brake])

    def _look(self, traffic: Traffic, s: float) -> list[tuple[Actor, NDArray[np.float64]]]:
        """Everybody near with a track [T, 5]: s, offset, turn, half length, half width."""
        near = [
            a
            for a in traffic.visible
            if math.hypot(a.x - traffic.ego.x, a.y - traffic.ego.y) < _SIGHT + 15
        ]
        parked = [a for a in near if a.mind is None]
        found = {a.id: self._parked[p] for a in parked if (p := (a.x, a.y, a.yaw)) in self._parked}
        fresh = [a for a in near if a.id not in found]
        for actor, track in zip(fresh, self._tracks(fresh), strict=True):
            found[actor.id] = track
            if actor.mind is None:
                self._parked[actor.x, actor.y, actor.yaw] = track
        tracks = [(a, found[a.id]) for a in near]
        return [(a, t) for a, t in tracks if (t[:, 0] + t[:, 3] > s - 8).any()]

    def _tracks(self, actors: list[Actor]) -> NDArray[np.float64]:
        """Where they will be beside the way: float64 [A, T, 5]."""
        if not actors:
            return np.zeros((0, len(_HORIZON), 5))
        poses = np.array([[a.forecast(t) for t in _TIMES] for a in actors])
        _, index = self._tree.query(poses[..., :2])
        heading = self._headings[index]
        delta = poses[..., :2] - self._points[index]
        cos, sin = np.cos(heading), np.sin(heading)
        along = self._stations[index] + delta[..., 0] * cos + delta[..., 1] * sin
        offset = delta[..., 1] * cos - delta[..., 0] * sin
        turn = (poses[..., 2] - heading + math.pi) % (2 * math.pi) - math.pi
        size = np.array([[[a.length, a.width]] for a in actors])
        c, w = np.abs(np.cos(turn)), np.abs(np.sin(turn))
        half_long = 0.5 * (size[..., 0] * c + size[..., 1] * w)
        half_wide = 0.5 * (size[..., 0] * w + size[..., 1] * c)
        return np.stack([along, offset, turn, half_long, half_wide], axis=-1)

    def _limit(self, car: Car, traffic: Traffic, s: float) -> float:
        """Speed that curves, lights and signs allow."""
        index = min(max(round(s + 0.3 * car.speed), 0), len(self._curve_speed) - 1)
        speed, front = float(self._curve_speed[index]), s + 0.5 * LENGTH
        for stop in self._route.stops:
            ahead = stop.s - front
            if ahead < -0.5 or ahead > _SIGHT:
                continue
            if not stop.signal:
                if ahead < 2.0 and car.speed < 0.05:
                    self._stopped.add(stop.s)
                if stop.s not in self._stopped:
                    speed = min(speed, self._before(ahead - 0.6 - _LAG * car.speed))
                continue
            state = traffic.lights.state(stop.signal, traffic.time_s)
            late = state is Light.YELLOW and ahead < car.speed**2 / 8.0
            if state is not Light.GREEN and not late:
                speed = min(speed, self._before(ahead - 0.6 - _LAG * car.speed))
        return speed

    def _before(self, distance: float, moving: float = 0.0) -> float:
        """Speed from which it can come down to another within a distance."""
        return math.sqrt(moving**2 + 2 * self._cfg.braking * max(distance, 0.0))

    def _in_the_way(
        self, seen: list[tuple[Actor, Vector]], s: float
    ) -> Iterator[tuple[Actor, Vector, NDArray[np.bool_]]]:
        """Who is on the driven line at some time of its track, and at which [T]."""
        if not seen:
            return
        along, offset, _, half_long, half_wide = np.moveaxis(np.array([t for _, t in seen]), -1, 0)
        more = [0.3 if actor.kind == "pedestrian" else 0.0 for actor, _ in seen]
        margin = self._cfg.margin + np.array(more)[:, None]
        aside = np.abs(offset - self._shifting.offset_at(along))
        there = aside < 0.5 * WIDTH + half_wide + margin
        there &= along + half_long > s - 0.5 * LENGTH
        for i in np.flatnonzero(there.any(axis=1)).tolist():
            yield (*seen[i], there[i])

    def _yield_to(
        self, actor: Actor, track: Vector, there: NDArray[np.bool_], car: Car, s: float
    ) -> float:
        along, offset, turn, half_long, _ = track.T
        front, first = s + 0.5 * LENGTH, int(np.argmax(there))
        moved = math.hypot(along[-1] - along[0], offset[-1] - offset[0])
        if moved < 0.5 or (abs(turn[0]) < 0.8 and abs(turn[first]) < 0.8):
            gap = along[0] - half_long[0] - front
            if gap < -1.0:  # beside us or behind: it will follow
                return math.inf
            pace = max(actor.speed * math.cos(turn[0]), 0.0)
            keep = self._cfg.gap + 0.7 * pace
            creep = min(pace, max(float(gap) - 1.0, 0.0))
            return max(self._before(float(gap) - keep, pace), creep)
        low = float((along - half_long)[there].min()) - 0.5
        high = float((along + half_long)[there].max())
        inside = _HORIZON[there]
        enters = self._time_to(low - front, car.speed)
        leaves = self._time_to(high + 0.5 * LENGTH - s, car.speed)
        if inside[-1] == _HORIZON[-1] and abs(turn[-1]) < 0.8:
            # It joins our lane and is behind us then: we must have picked up speed before.
            leaves = self._time_to(float(along[there][0]) + 8.0 - s, car.speed) + 1.0
        if leaves + 0.7 < inside[0] or inside[-1] + 0.6 < enters or enters > 5.5:
            return math.inf
        if low < front - 1.5:  # we are in its way already: out of it
            return math.inf
        for entry in self._entries:
            # A junction is not a place to wait in.
            if front - 0.5 < entry < low:
                low = entry - 0.5
        return self._before(low - front - 1.0 - _LAG * car.speed)

    def _time_to(self, distance: float, speed: float) -> float:
        """How long it takes to drive a distance from a speed, picking up."""
        top = 0.75 * self._cfg.cruise
        if distance <= 0:
            return 0.0
        rise = max(top - speed, 0.0) / _PICKUP
        covered = (speed + 0.5 * _PICKUP * rise) * rise
        if covered >= distance:
            return (math.sqrt(speed**2 + 2 * _PICKUP * distance) - speed) / _PICKUP
        return rise + (distance - covered) / max(top, speed)

    def _pedals(self, car: Car, speed: float) -> tuple[float, float]:
        """Throttle and brake for a speed."""
        cfg = car.config
        if speed < 0.25 and car.speed < 0.6:
            return 0.0, 1.0
        wanted = min(max((speed - car.speed) / 0.4, -7.5), 2.2) + cfg.rolling
        if wanted > 0:
            push = cfg.acceleration * (1 - car.speed / cfg.top_speed)
            return min(wanted / push, 1.0), 0.0
        return 0.0, min(-wanted / cfg.braking, 1.0)

    def _steer(self, car: Car, s: float) -> float:
        reach = 3.0 + 0.45 * car.speed
        rear_x = car.x - 0.5 * WHEELBASE * math.cos(car.yaw)
        rear_y = car.y - 0.5 * WHEELBASE * math.sin(car.yaw)
        target = s - 0.5 * WHEELBASE + reach
        x, y, _ = self._way.at(target, self._shifting.offset_ahead(target))
        dx, dy = x - rear_x, y - rear_y
        aside = dy * math.cos(car.yaw) - dx * math.sin(car.yaw)
        angle = math.atan(2 * WHEELBASE * aside / (dx * dx + dy * dy))
        return -min(max(angle / car.config.max_steer, -1.0), 1.0)
