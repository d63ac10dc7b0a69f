"""Who watches an episode: how far the route is driven, and every infraction on it."""

from __future__ import annotations

from typing import Final

from afil_sim.town.contacts import Contacts
from afil_sim.town.geometry import overlap
from afil_sim.town.lights import Light
from afil_sim.town.network import Network, Route
from afil_sim.town.scenery import Scenery
from afil_sim.town.score import Infraction, Kind, driving_score
from afil_sim.town.traffic import VEHICLES, Traffic

# What can be found here; the others of :class:`Kind` do not come up in the town.
JUDGED: Final = (
    Kind.COLLISION_PEDESTRIAN,
    Kind.COLLISION_VEHICLE,
    Kind.COLLISION_STATIC,
    Kind.RED_LIGHT,
    Kind.STOP_SIGN,
    Kind.OUTSIDE_ROUTE_LANES,
)
# Who is that far from the route has left it, m; CARLA's InRouteTest.
_LOST: Final = 30.0
# How far beyond a lane's edge the middle of the car may be, m; CARLA's OutsideRouteLanesTest.
_ALLOWED_OUT: Final = 1.3
# Before a stop sign one must have been as slow as this (m/s) within so many m of the line.
_STOPPED: Final = 0.1
_STOP_ZONE: Final = 7.0
# The route is driven when so much of it is left, m.
_ARRIVED: Final = 1.5


class Referee:
    """Judges one episode.

    Args:
        network: The lanes.
        scenery: What stands beside them.
        route: What is to be driven.
        may_leave: Stretch of the route on which an obstacle makes it necessary to leave the lane;
            None where there is none.
    """

    def __init__(
        self,
        network: Network,
        scenery: Scenery,
        route: Route,
        may_leave: tuple[float, float] | None,
    ) -> None:
        self._network, self._scenery, self._route = network, scenery, route
        self._may_leave = may_leave
        self._contacts = Contacts()
        self._has_stopped: set[float] = set()
        self._front = 0.5
        self._outside_m = 0.0
        self._found: list[Infraction] = []
        self.s = self.best_s = 0.0
        self.lateral = 0.0
        self.lost = False

    @property
    def completion(self) -> float:
        """How much of the route was driven, percent."""
        length = self._route.way.length
        return 100.0 if self.arrived else 100.0 * min(max(self.best_s, 0.0) / length, 1.0)

    @property
    def arrived(self) -> bool:
        """Whether the route is driven to its end."""
        return bool(self.best_s >= self._route.way.length - _ARRIVED)

    @property
    def infractions(self) -> tuple[Infraction, ...]:
        """Everything that went wrong so far."""
        if not self._outside_m:
            return tuple(self._found)
        share = 100 * min(self._outside_m / max(self.best_s, self._outside_m), 1.0)
        return (*self._found, Infraction(Kind.OUTSIDE_ROUTE_LANES, share))

    @property
    def score(self) -> float:
        """The Driving Score so far, 0..100."""
        return driving_score(self.completion, self.infractions)

    def watch(self, traffic: Traffic) -> int | None:
        """Look at the state after a step.

        Returns:
            Number of the actor that the ego vehicle touches; 0 for a thing that stands for ever,
            None for nothing.
        """
        ego, before = traffic.ego, self.s
        near = before if abs(self.lateral) < 10 else None
        self.s, self.lateral = self._route.way.project(ego.x, ego.y, near)
        self.lost = self.lost or abs(self.lateral) > _LOST
        driven = max(self.s - self.best_s, 0.0)
        if driven < 10:  # who comes back to the route somewhere else has not driven it
            self.best_s = max(self.best_s, self.s)
        self._watch_lanes(traffic, driven)
        self._watch_lines(traffic, before)
        return self._watch_contacts(traffic)

    def _say(self, traffic: Traffic, kind: Kind, other: str) -> None:
        where = traffic.ego
        self._found.append(Infraction(kind, 0.0, traffic.time_s, where.x, where.y, other))

    def _watch_lanes(self, traffic: Traffic, driven: float) -> None:
        if not 0 < driven < 10:
            return
        if self._may_leave and self._may_leave[0] <= self.s <= self._may_leave[1]:
            return
        ego = traffic.ego
        away, against = self._network.lane_error(ego.x, ego.y, ego.yaw)
        if away > 0.5 * self._route.width + _ALLOWED_OUT or against:
            self._outside_m += driven

    def _watch_lines(self, traffic: Traffic, before: float) -> None:
        ego = traffic.ego
        front, ahead = self.s + 0.5 * ego.length, before + 0.5 * ego.length
        for stop in self._route.stops:
            near = stop.s - _STOP_ZONE < front <= stop.s + 0.5
            if not stop.signal and near and abs(ego.speed) < _STOPPED:
                self._has_stopped.add(stop.s)
            if not ahead <= stop.s < front or abs(self.lateral) > self._route.width:
                continue
            if not stop.signal:
                if stop.s not in self._has_stopped:
                    self._say(traffic, Kind.STOP_SIGN, "stop sign")
            elif traffic.lights.state(stop.signal, traffic.time_s) is Light.RED:
                self._say(traffic, Kind.RED_LIGHT, f"light {stop.signal}")

    def _watch_contacts(self, traffic: Traffic) -> int | None:
        ego, now = traffic.ego, traffic.time_s
        found: list[tuple[int, str, Kind]] = []
        for actor in traffic.visible:
            if overlap(ego, actor):
                kind = Kind.COLLISION_VEHICLE if actor.kind in VEHICLES else Kind.COLLISION_STATIC
                kind = kind if actor.kind != "pedestrian" else Kind.COLLISION_PEDESTRIAN
                found.append((actor.id, f"{actor.kind} {actor.id}", kind))
        for fixture in self._scenery.near(ego.x, ego.y, ego.reach):
            if overlap(ego, fixture):
                where = f"{fixture.kind} at {fixture.x:.0f}, {fixture.y:.0f}"
                found.append((0, where, Kind.COLLISION_STATIC))
        self._contacts.forget(ego, now)
        for number, name, kind in found:
            if self._contacts.counts(ego, number, now):
                self._say(traffic, kind, name)
        return max((number for number, _, _ in found), default=None)
