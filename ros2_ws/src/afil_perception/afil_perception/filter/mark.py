"""Boxes with numbers on an image."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from afil_core.saliency import Box
from afil_perception.clips.clip import Rgb

# Told apart from one another, and from most of what a camera sees.
COLORS = (
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 0),
    (255, 128, 0),
    (0, 255, 0),
    (80, 160, 255),
    (255, 80, 80),
)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def mark(rgb: Rgb, boxes: Mapping[int, Box]) -> Rgb:
    """A copy of an image with a numbered box around each object.

    Args:
        rgb: uint8 [H, W, 3].
        boxes: By number.
    """
    image = np.ascontiguousarray(rgb).copy()
    scale = max(image.shape[1] / 640, 0.4)
    width = max(1, round(1.5 * scale))
    for number, box in boxes.items():
        color = COLORS[(number - 1) % len(COLORS)]
        x0, y0, x1, y1 = (round(v) for v in box)
        cv2.rectangle(image, (x0, y0), (x1 - 1, y1 - 1), color, width)
        text = str(number)
        (wide, high), _ = cv2.getTextSize(text, _FONT, 0.6 * scale, width)
        # The number stands on a ground of its own, inside of the image.
        left = min(max(x0, 0), image.shape[1] - wide - 2)
        top = y0 - high - 3 if y0 - high - 3 >= 0 else min(y1, image.shape[0] - high - 3)
        cv2.rectangle(image, (left, top), (left + wide + 2, top + high + 3), (0, 0, 0), -1)
        cv2.putText(image, text, (left + 1, top + high + 1), _FONT, 0.6 * scale, color, width)
    return image
