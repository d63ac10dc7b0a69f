"""A picture of an image with its saliency map, for reports and the README."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.imaging import resize_map
from afil_perception.objects import Rgb


def overlay(rgb: Rgb, saliency: NDArray[np.uint8], strength: float = 0.6) -> Rgb:
    """Blend a saliency map over an image; where the map is 0 the image stays as it is.

    Args:
        rgb: uint8 [H, W, 3].
        saliency: uint8 [h, w]; scaled to the image's size.
        strength: Weight of the colour where the map is 255, in [0, 1].

    Returns:
        uint8 [H, W, 3] RGB.
    """
    grey = resize_map(saliency, (rgb.shape[0], rgb.shape[1]))
    colour = cv2.applyColorMap(grey, cv2.COLORMAP_TURBO)[:, :, ::-1].astype(np.float64)
    weight = strength * (grey.astype(np.float64) / 255.0)[:, :, None]
    blended = (1.0 - weight) * rgb.astype(np.float64) + weight * colour
    return cast(Rgb, np.rint(blended).astype(np.uint8))
