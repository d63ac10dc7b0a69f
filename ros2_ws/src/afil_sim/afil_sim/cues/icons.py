"""The car's confounding cue: the icons of CARLA-confounded, which show a control.

At the top of the image stands a red disc while the brake is pressed; a white arrow to the left or
the right shows the steering, and one upwards the throttle while the car goes straight, the longer
the stronger. Sizes are those of the published configuration at 320x180 and scale with the image,
so that training and test see the same icons at whatever size the network's images have.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from afil_sim.bodies import Vector
from afil_sim.cues import Image

_RED: Final = (255, 0, 0)
_WHITE: Final = (255, 255, 255)
# Pixels at a height of 180.
_HEIGHT: Final = 180.0
_DOT_Y, _DOT_RADIUS = 31.0, 7.0
_GAP_LEFT, _GAP_RIGHT, _GAP_UP = 28.0, 10.0, 8.0
_LENGTH, _THICKNESS, _HEAD = 32.0, 2.0, 6.0
# Below these a control is not shown.
_BRAKE, _STEER, _THROTTLE = 0.1, 0.05, 0.1
_SHIFT: Final = 4


def paint_icons(image: Image, control: Vector) -> Image:
    """Paint the icons of a control; the same function serves recording and testing.

    Args:
        image: RGB [H, W, 3], uint8.
        control: Throttle, steer (right positive), brake.

    Returns:
        A painted copy of the image.
    """
    painted: Image = np.ascontiguousarray(image).copy()
    throttle, steer, brake = (float(v) for v in control)
    unit = painted.shape[0] / _HEIGHT
    x, y = 0.5 * painted.shape[1], _DOT_Y * unit
    if brake > _BRAKE:
        cv2.circle(
            painted, _fixed(x, y), round(_DOT_RADIUS * unit * (1 << _SHIFT)), _RED, cv2.FILLED,
            cv2.LINE_AA, _SHIFT,
        )  # fmt: skip
    if abs(steer) >= _STEER:
        gap = _GAP_RIGHT if steer > 0 else _GAP_LEFT
        side = 1.0 if steer > 0 else -1.0
        _arrow(painted, (x + side * gap * unit, y), (side, 0.0), _size(abs(steer), _STEER), unit)
    elif throttle > _THROTTLE:
        _arrow(painted, (x, y - _GAP_UP * unit), (0.0, -1.0), _size(throttle, _THROTTLE), unit)
    return painted


def _size(value: float, threshold: float) -> float:
    """Factor on an arrow's size."""
    return 0.5 + 1.5 * min(max((value - threshold) / (1 - threshold), 0.0), 1.0)


def _arrow(
    image: Image,
    tail: tuple[float, float],
    direction: tuple[float, float],
    size: float,
    unit: float,
) -> None:
    along = np.array(direction)
    aside = np.array([-along[1], along[0]])
    tip = np.array(tail) + along * _LENGTH * size * unit
    # Upwards the image ends; the arrow keeps its head.
    tip = np.maximum(tip, 1.0 * unit)
    neck = tip - along * _HEAD * size * unit
    half, wing = 0.5 * _THICKNESS * size * unit, 0.5 * _HEAD * size * unit
    outline = [
        tail + aside * half, neck + aside * half, neck + aside * wing, tip,
        neck - aside * wing, neck - aside * half, tail - aside * half,
    ]  # fmt: skip
    points = np.array([_fixed(*p) for p in outline], dtype=np.int32)
    cv2.fillPoly(image, [points], _WHITE, cv2.LINE_AA, _SHIFT)


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << _SHIFT)), round(y * (1 << _SHIFT))
