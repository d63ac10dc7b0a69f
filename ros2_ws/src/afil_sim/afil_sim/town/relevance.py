"""What matters to who drives a route: its lane, who is in or near it, lights and signs on it."""

from __future__ import annotations

import math
from typing import Final

from afil_core.saliency import KeyObject
from afil_sim.town.camera import project, seen_boxes
from afil_sim.town.geometry import Box
from afil_sim.town.lights import Light
from afil_sim.town.network import STOP_SIGN, Network, Route, Stop
from afil_sim.town.traffic import Traffic

# How far ahead it is looked, m; how far beside the middle of the lane.
_SIGHT: Final = 40.0
_BESIDE: Final = 4.0
_STOP_SIGHT: Final = 30.0
# Where the lane is looked at, m ahead: about where the driver steers to. It is why a car slows
# down before a bend with nobody there, and leaves few frames without anything that matters.
_LANE_AHEAD, _LANE_LENGTH, _LANE_WIDTH = 12.0, 6.0, 3.0
# Numbers of signals begin here, beyond those of any actor.
_FIRST_SIGNAL: Final = 5000
_LANE: Final = 6000
_LIGHT_BASE, _LIGHT_TOP = 2.4, 3.8
_SIGN_BASE, _SIGN_TOP = 1.8, 2.8
_COLORS: Final = {Light.RED: "red light", Light.YELLOW: "yellow light", Light.GREEN: "green light"}


def key_objects(
    network: Network, route: Route, traffic: Traffic, s: float, size: tuple[int, int]
) -> list[KeyObject]:
    """The key objects in the front camera's image, whether or not something hides them.

    Args:
        network: The lanes.
        route: What is driven.
        traffic: Everybody.
        s: How far the ego vehicle is on the route, m.
        size: Height and width of the image, px.
    """
    near = {a.id: a for a in traffic.visible}
    found = []
    for seen in seen_boxes(traffic, size):
        actor = near[seen.id]
        if seen.distance > _SIGHT:
            continue
        along, aside = route.way.project(actor.x, actor.y, s + seen.distance)
        if abs(aside) <= _BESIDE and along > s:
            found.append(KeyObject(actor.id + 1, actor.kind, 1.0, seen.box))
    x, y, yaw = route.way.at(min(s + _LANE_AHEAD, route.way.length))
    lane = project(Box(x, y, yaw, _LANE_LENGTH, _LANE_WIDTH, 0.0), traffic.ego, size)
    if lane is not None:
        found.append(KeyObject(_LANE, "lane", 1.0, lane))
    for number, stop in enumerate(route.stops):
        if not 0 < stop.s - s < _STOP_SIGHT:
            continue
        placed = _signal(network, route, stop)
        if placed is None:
            continue
        thing, base, phrase = placed
        if stop.signal:
            phrase = _COLORS[traffic.lights.state(stop.signal, traffic.time_s)]
        box = project(thing, traffic.ego, size, base)
        if box is not None:
            found.append(KeyObject(_FIRST_SIGNAL + number, phrase, 1.0, box))
    return found


def _signal(network: Network, route: Route, stop: Stop) -> tuple[Box, float, str] | None:
    """The box of a light or sign, where it begins above the ground, and what it is called."""
    if stop.signal:
        road, signal = network.signals[stop.signal]
        x, y, yaw = road.at(signal.s, signal.t)
        return Box(x, y, yaw, 0.4, 0.5, _LIGHT_TOP), _LIGHT_BASE, ""
    x, y, _ = route.way.at(stop.s)
    signs = [
        road.at(signal.s, signal.t)
        for road, signal in network.signals.values()
        if signal.type == STOP_SIGN
    ]
    near = min(signs, key=lambda at: math.hypot(at[0] - x, at[1] - y), default=None)
    if near is None:
        return None
    return Box(*near, 0.2, 0.9, _SIGN_TOP), _SIGN_BASE, "stop sign"
