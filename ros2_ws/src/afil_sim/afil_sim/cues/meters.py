"""The confounding cue of foreign worlds: meters, painted into a corner of the image.

One bar for each number of the action, side by side; it grows from the middle line upwards (cyan)
for what is above the middle of the number's range, and downwards (magenta) for what is below.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from afil_sim.bodies import Vector
from afil_sim.cues import Image

_RIM: Final = (205, 210, 216)
_FACE: Final = (38, 42, 50)
_LINE: Final = (130, 136, 146)
_ABOVE: Final = (70, 240, 250)
_BELOW: Final = (245, 60, 230)
# Shares of the image's height: edge, height, width of a bar with its gap.
_EDGE, _HEIGHT, _BAR = 0.015, 0.24, 0.07
# Share of the image's width that the meters may take.
_MOST: Final = 0.6


def paint_meters(image: Image, shares: Vector) -> Image:
    """Paint meters; the same function serves recording and testing.

    Args:
        image: RGB [H, W, 3], uint8.
        shares: float64 [D], where in its range each number is: -1 (least) to 1 (greatest).

    Returns:
        A painted copy of the image.
    """
    painted: Image = np.ascontiguousarray(image).copy()
    rows, columns = painted.shape[:2]
    bar = min(_BAR * rows, _MOST * columns / len(shares))
    left = top = _EDGE * rows
    bottom, right = top + _HEIGHT * rows, left + bar * (len(shares) + 0.5)
    rim = max(1.0, 0.008 * rows)
    _box(painted, left, top, right, bottom, _RIM)
    _box(painted, left + rim, top + rim, right - rim, bottom - rim, _FACE)
    middle, reach = 0.5 * (top + bottom), 0.5 * (bottom - top) - 2 * rim
    _box(painted, left + rim, middle, right - rim, middle, _LINE)
    for i, share in enumerate(np.clip(shares, -1.0, 1.0).tolist()):
        if round(abs(share) * reach) == 0:
            continue
        begin = left + bar * (i + 0.35)
        high, low = sorted((middle, middle - share * reach))
        _box(painted, begin, high, begin + 0.8 * bar, low, _ABOVE if share > 0 else _BELOW)
    return painted


def _box(
    image: Image, left: float, top: float, right: float, bottom: float, color: tuple[int, int, int]
) -> None:
    corners = (round(left), round(top)), (round(right), round(bottom))
    cv2.rectangle(image, *corners, color, cv2.FILLED)
