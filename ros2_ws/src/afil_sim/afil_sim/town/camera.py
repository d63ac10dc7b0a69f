"""The paper's front camera: where it is on the vehicle, and what it sees of everybody."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from afil_sim.town.geometry import Box
from afil_sim.town.traffic import Traffic

# Before the vehicle's middle and above the ground, m; horizontal field of view, degrees.
CAMERA_X: Final = 0.7
CAMERA_Z: Final = 1.6
FOV: Final = 60.0
_NEAR: Final = 0.3
# The edges of a box between its corners, lower four first.
_EDGES: Final = tuple(
    [(i, (i + 1) % 4) for i in range(4)]
    + [(4 + i, 4 + (i + 1) % 4) for i in range(4)]
    + [(i, i + 4) for i in range(4)]
)


@dataclass(frozen=True)
class Seen:
    """An actor in the image, whether or not something hides it.

    Attributes:
        id: Its number.
        kind: What it is.
        role: Its role in the scenario.
        box: x0, y0, x1, y1, px, cut off at the image's edges.
        distance: From the camera, m.
    """

    id: int
    kind: str
    role: str
    box: tuple[float, float, float, float]
    distance: float


def seen_boxes(traffic: Traffic, size: tuple[int, int]) -> list[Seen]:
    """The outlines of all actors in the image of the front camera.

    Args:
        traffic: Everybody.
        size: Height and width, px.
    """
    found = []
    for actor in traffic.visible:
        box = project(actor, traffic.ego, size)
        if box is not None:
            away = math.hypot(actor.x - traffic.ego.x, actor.y - traffic.ego.y)
            found.append(Seen(actor.id, actor.kind, actor.role, box, away))
    return found


def project(
    thing: Box, ego: Box, size: tuple[int, int], base: float = 0.0
) -> tuple[float, float, float, float] | None:
    """The outline of a box in the image of the front camera, cut off at its edges.

    Args:
        thing: The box.
        ego: The ego vehicle.
        size: Height and width of the image, px.
        base: Where the box begins above the ground, m; its height is where it ends.

    Returns:
        x0, y0, x1, y1 in px; None where it is not in the image.
    """
    height, width = size
    ground = thing.corners()
    corners = np.zeros((8, 3))
    corners[:4, :2] = corners[4:, :2] = ground
    corners[:4, 2], corners[4:, 2] = base, thing.height
    cos, sin = math.cos(ego.yaw), math.sin(ego.yaw)
    dx, dy = corners[:, 0] - ego.x - CAMERA_X * cos, corners[:, 1] - ego.y - CAMERA_X * sin
    # Ahead, to the right, down.
    local = np.column_stack([dx * cos + dy * sin, dx * sin - dy * cos, CAMERA_Z - corners[:, 2]])
    points = _before_camera(local)
    if not len(points):
        return None
    focal = width / (2 * math.tan(math.radians(FOV) / 2))
    u = width / 2 + focal * points[:, 1] / points[:, 0]
    v = height / 2 + focal * points[:, 2] / points[:, 0]
    x0, x1 = (float(np.clip(e, 0, width)) for e in (u.min(), u.max()))
    y0, y1 = (float(np.clip(e, 0, height)) for e in (v.min(), v.max()))
    return (x0, y0, x1, y1) if x1 - x0 > 0.5 and y1 - y0 > 0.5 else None


def _before_camera(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners before the camera, and where edges come out from behind it."""
    before = corners[:, 0] > _NEAR
    points = list(corners[before])
    for i, j in _EDGES:
        if before[i] != before[j]:
            share = (_NEAR - corners[i, 0]) / (corners[j, 0] - corners[i, 0])
            points.append(corners[i] + share * (corners[j] - corners[i]))
    return np.array(points)
