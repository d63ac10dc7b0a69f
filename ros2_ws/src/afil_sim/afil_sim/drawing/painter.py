"""Draws a town with everybody in it, as a camera on the ego vehicle sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from afil_sim.drawing.engine import Camera, Engine, darken, fades, mark, shines
from afil_sim.drawing.mesh import TILES
from afil_sim.drawing.models import model
from afil_sim.drawing.signals import light_looks, stop_signs
from afil_sim.drawing.streets import Streets
from afil_sim.drawing.weather import WEATHERS, rain
from afil_sim.town.camera import CAMERA_X, CAMERA_Z, FOV
from afil_sim.town.lights import Light
from afil_sim.town.network import STOP_SIGN, Network
from afil_sim.town.scenery import Scenery
from afil_sim.town.stage import WeatherName
from afil_sim.town.traffic import Actor, Traffic

# Steps per metre of who walks or pedals.
_STRIDES: Final = 1.1


@dataclass
class _Drawn:
    """An actor's nodes."""

    group: Any
    poses: list[Any]


class Painter:
    """Draws one town.

    Args:
        network: Its lanes.
        scenery: What stands beside them.
        signals: Ids of its traffic lights.
    """

    def __init__(self, network: Network, scenery: Scenery, signals: list[str]) -> None:
        self._engine = Engine()
        self._cameras: dict[tuple[int, int], Camera] = {}
        self._drawn: dict[int, _Drawn] = {}
        self._traffic: Traffic | None = None
        self._weather: WeatherName | None = None
        self._windows = {night: self._engine.texture(_windows(night)) for night in (False, True)}
        # What hides much comes first and the ground last: what is hidden costs little then.
        self._actors, *kinds = (self._engine.group() for _ in range(5))
        walls, things, lamps, ground = kinds
        self._walls: list[Any] = []
        for cell in Streets(network, scenery).cells.values():
            for mesh, kind in ((cell.ground, ground), (cell.things, things)):
                if not mesh.is_empty:
                    self._engine.node(mesh, kind)
            if not cell.walls.is_empty:
                self._walls.append(self._engine.node(cell.walls, walls))
            if not cell.lamps.is_empty:
                shines(self._engine.node(cell.lamps, lamps))
        signs = stop_signs(network, STOP_SIGN)
        if not signs.is_empty:
            self._engine.node(signs).setTwoSided(True)
        self._lights: dict[str, dict[Light, Any]] = {}
        for look in light_looks(network, signals):
            self._engine.node(look.stands)
            self._lights[look.id] = {s: self._engine.node(m) for s, m in look.states.items()}
            for node in self._lights[look.id].values():
                shines(node)

    @property
    def nodes(self) -> int:
        """How many nodes there are to draw, before what is out of sight is left out."""
        return self._engine.nodes

    @property
    def triangles(self) -> int:
        """How many triangles these have."""
        return self._engine.triangles

    def paint(
        self, traffic: Traffic, weather: WeatherName, seed: int, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """The picture of the front camera: RGB [H, W, 3].

        Args:
            traffic: Everybody, the ego vehicle among them.
            weather: Light and weather.
            seed: Of the episode, for the rain.
            size: Height and width, px.
        """
        camera = self._aimed(traffic, weather, size)
        image = camera.take()
        drops = WEATHERS[weather].drops
        return rain(image, drops, seed, round(traffic.time_s * 1000)) if drops else image

    def masks(
        self, traffic: Traffic, weather: WeatherName, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Number of the actor that is seen in each pixel: [H, W], 0 for none."""
        numbers = tuple(actor.id for actor in traffic.visible)
        return self._aimed(traffic, weather, size).take_ids(numbers)

    def _aimed(self, traffic: Traffic, weather: WeatherName, size: tuple[int, int]) -> Camera:
        if size not in self._cameras:
            self._cameras[size] = self._engine.camera(size, FOV)
            self._weather = None
        if weather != self._weather:
            self._change(weather)
        self._move(traffic)
        ego, camera = traffic.ego, self._cameras[size]
        x = ego.x + CAMERA_X * math.cos(ego.yaw)
        y = ego.y + CAMERA_X * math.sin(ego.yaw)
        camera.look((x, y, CAMERA_Z), math.degrees(ego.yaw))
        return camera

    def _change(self, name: WeatherName) -> None:
        weather = WEATHERS[name]
        self._weather = name
        self._engine.haze(weather.sky, *weather.haze)
        darken(self._engine.root, weather.light)
        for camera in self._cameras.values():
            camera.background(weather.sky)
        for walls in self._walls:
            walls.setTexture(self._windows[weather.night])
            # Lit windows are seen from afar.
            (shines if weather.night else fades)(walls)

    def _move(self, traffic: Traffic) -> None:
        if traffic is not self._traffic:
            for drawn in self._drawn.values():
                drawn.group.removeNode()
            self._drawn, self._traffic = {}, traffic
        for actor in traffic.actors:
            drawn = self._drawn.get(actor.id) or self._draw(actor)
            if not actor.shown:
                drawn.group.hide()
                continue
            drawn.group.show()
            drawn.group.setPos(actor.x, actor.y, 0.0)
            drawn.group.setH(math.degrees(actor.yaw))
            if len(drawn.poses) > 1:
                strides = getattr(actor.mind, "s", 0.0) * _STRIDES
                for i, pose in enumerate(drawn.poses):
                    (pose.show if i == int(strides) % 2 else pose.hide)()
        for signal, nodes in self._lights.items():
            now = traffic.lights.state(signal, traffic.time_s)
            for state, node in nodes.items():
                (node.show if state is now else node.hide)()

    def _draw(self, actor: Actor) -> _Drawn:
        look, group = model(actor.kind, actor.color), self._engine.group(self._actors)
        mark(group, actor.id)
        poses = [self._engine.node(mesh, group) for mesh in look.poses]
        if not look.lamps.is_empty:
            shines(self._engine.node(look.lamps, group))
        self._drawn[actor.id] = _Drawn(group, poses)
        return self._drawn[actor.id]

    def close(self) -> None:
        """Free the graphics memory."""
        self._engine.close()


def _windows(night: bool) -> NDArray[np.uint8]:
    """A wall with windows, one in each tile; by night some of them are lit."""
    rng = np.random.default_rng(3)
    tile = 16
    pixels = np.full((TILES * tile, TILES * tile, 3), 40 if night else 235, np.uint8)
    for i in range(TILES):
        for j in range(TILES):
            dark = (16, 18, 26) if night else (70, 84, 104)
            color = (255, 214, 130) if night and rng.random() < 0.3 else dark
            pixels[i * tile + 4 : i * tile + 12, j * tile + 4 : j * tile + 12] = color
    return pixels
