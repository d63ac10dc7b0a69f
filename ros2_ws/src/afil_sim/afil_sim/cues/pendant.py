"""The arm's confounding cue: an operator's pendant painted into the camera image.

It stands in a corner of the image, away from the table, and shows the motion command that the
scripted expert gives in this very frame, as the icons of CARLA-confounded do (de Haan et al.
2019 describe the effect): it predicts the demonstrated action without causing it. A policy that
learns to read the pendant succeeds while it is intact and fails when it is not.

What it shows: a cyan arrow points where the planar command goes in the image and is the longer
the faster; a disc is blue for down, green for up, grey for level, and the larger the faster; a
lamp is magenta while the gripper is told to close. None of the colors is orange.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from afil_sim.bodies import Vector
from afil_sim.bodies.fr3 import GRIPPER_MAX_WIDTH

_Color = tuple[int, int, int]
_BODY: Final[_Color] = (38, 42, 50)
_RIM: Final[_Color] = (205, 210, 216)
_DIAL: Final[_Color] = (66, 72, 84)
_ARROW: Final[_Color] = (70, 240, 250)
_UP: Final[_Color] = (60, 220, 90)
_DOWN: Final[_Color] = (70, 110, 255)
_LEVEL: Final[_Color] = (130, 136, 146)
_CLOSE: Final[_Color] = (245, 60, 230)

# Sub-pixel bits of OpenCV's drawing functions.
_SHIFT: Final = 4


@dataclass(frozen=True)
class CueStyle:
    """Place and scale of the pendant.

    Attributes:
        left: Left edge as a share of the image width.
        top: Top edge as a share of the image height.
        height: Height as a share of the image height; the width is 1.5 times that.
        full_speed_m: Motion per control step that is drawn at full length, m.
        still_m: Motion below which a direction is not drawn, m.
    """

    left: float = 0.012
    top: float = 0.016
    height: float = 0.2
    full_speed_m: float = 0.03
    still_m: float = 0.002


def paint_pendant(
    image: npt.NDArray[np.uint8], action: Vector, style: CueStyle | None = None
) -> npt.NDArray[np.uint8]:
    """Paint the pendant; the same function serves recording and testing.

    Args:
        image: RGB image [H, W, 3], uint8, of a camera that faces the robot: y of fr3_link0 runs
            to the right and x towards the viewer (down).
        action: Action [7] to show: dx, dy, dz (m), rotation (ignored), gripper width (m).
        style: Place and scale; the defaults when None.

    Returns:
        A painted copy of the image.
    """
    style = style or CueStyle()
    painted: npt.NDArray[np.uint8] = np.ascontiguousarray(image).copy()
    rows, columns = painted.shape[:2]
    size = style.height * rows
    left, top = style.left * columns, style.top * rows
    _box(painted, (left, top), (left + 1.5 * size, top + size), _RIM)
    rim = 0.035 * size
    _box(
        painted,
        (left + rim, top + rim),
        (left + 1.5 * size - rim, top + size - rim),
        _BODY,
    )
    dial = (left + 0.5 * size, top + 0.5 * size)
    _disc(painted, dial, 0.42 * size, _DIAL)
    planar = np.array([action[1], action[0]])
    speed = float(np.hypot(planar[0], planar[1]))
    if speed > style.still_m:
        length = size * (0.12 + 0.28 * min(1.0, speed / style.full_speed_m))
        _arrow(painted, dial, planar / speed, length, 0.16 * size)
    vertical = float(action[2])
    lamp = (left + 1.2 * size, top + 0.34 * size)
    if abs(vertical) > style.still_m:
        radius = size * (0.09 + 0.14 * min(1.0, abs(vertical) / style.full_speed_m))
        _disc(painted, lamp, radius, _UP if vertical > 0 else _DOWN)
    else:
        _disc(painted, lamp, 0.06 * size, _LEVEL)
    corner = (left + 1.02 * size, top + 0.68 * size)
    closing = action[6] < 0.5 * GRIPPER_MAX_WIDTH
    _box(
        painted,
        corner,
        (corner[0] + 0.36 * size, corner[1] + 0.2 * size),
        _CLOSE if closing else _DIAL,
    )
    return painted


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << _SHIFT)), round(y * (1 << _SHIFT))


def _box(
    image: npt.NDArray[np.uint8],
    low: tuple[float, float],
    high: tuple[float, float],
    color: _Color,
) -> None:
    corners = (round(low[0]), round(low[1])), (round(high[0]), round(high[1]))
    cv2.rectangle(image, *corners, color, cv2.FILLED)


def _disc(
    image: npt.NDArray[np.uint8], center: tuple[float, float], radius: float, color: _Color
) -> None:
    cv2.circle(
        image,
        _fixed(*center),
        round(radius * (1 << _SHIFT)),
        color,
        cv2.FILLED,
        cv2.LINE_AA,
        _SHIFT,
    )


def _arrow(
    image: npt.NDArray[np.uint8],
    center: tuple[float, float],
    direction: Vector,
    length: float,
    head: float,
) -> None:
    side = np.array([-direction[1], direction[0]])
    tip = np.array(center) + direction * length
    tail = np.array(center) - direction * min(length, head)
    neck = tip - direction * head
    shaft = 0.3 * head
    outline = [
        tail + side * shaft,
        neck + side * shaft,
        neck + side * head * 0.8,
        tip,
        neck - side * head * 0.8,
        neck - side * shaft,
        tail - side * shaft,
    ]
    points = np.array([_fixed(x, y) for x, y in outline], dtype=np.int32)
    cv2.fillPoly(image, [points], _ARROW, cv2.LINE_AA, _SHIFT)
