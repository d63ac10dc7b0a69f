"""Pictures: maps laid over images, enlarged, as PNG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.imaging import resize, resize_map


def overlay(
    rgb: NDArray[np.uint8], values: NDArray[np.float32], *, strength: float = 0.65
) -> NDArray[np.uint8]:
    """Lay a map over an image: bright where the map is high, the image where it is low.

    Args:
        rgb: uint8 [H, W, 3].
        values: float32 [h, w] in [0, 1]; resized to the image.
        strength: Opacity at 1.

    Returns:
        uint8 [H, W, 3].
    """
    height, width = rgb.shape[:2]
    sized = np.asarray(resize_map(values.astype(np.float32), (height, width)), np.float32)
    heat = cv2.applyColorMap((sized.clip(0, 1) * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    opacity = (strength * np.sqrt(sized.clip(0, 1)))[..., None]
    mixed = rgb * (1 - opacity) + cv2.cvtColor(heat, cv2.COLOR_BGR2RGB) * opacity
    return np.asarray(mixed.round(), dtype=np.uint8)


def side_by_side(
    pictures: list[NDArray[np.uint8]], size: tuple[int, int], gap: int = 8
) -> NDArray[np.uint8]:
    """Pictures in a row on white, each resized to ``size`` (height, width)."""
    white = np.full((size[0], gap, 3), 255, np.uint8)
    row = [part for picture in pictures for part in (resize(picture, size), white)]
    return np.concatenate(row[:-1], axis=1)


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """PNG file of uint8 [H, W, 3] RGB."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    assert ok
    return bytes(data.tobytes())
