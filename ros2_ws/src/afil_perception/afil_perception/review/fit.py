"""Frames at the size of a contact sheet's tiles."""

from __future__ import annotations

import cv2
import numpy as np

from afil_perception.clips.clip import Rgb

TILE = 240
"""Width of a tile, pixels."""


def fitted_tile(rgb: Rgb) -> tuple[Rgb, float]:
    """A frame as wide as a tile, and by how much it was scaled."""
    scale = TILE / rgb.shape[1]
    size = (TILE, max(1, round(rgb.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), dtype=np.uint8), scale
