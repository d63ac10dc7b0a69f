"""Resizing: the only place where AFIL changes the size of an image or a map."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def resize(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize an image; the aspect ratio is not kept.

    Args:
        rgb: uint8 [H, W, 3].
        size: Height and width wanted.

    Returns:
        uint8 [h, w, 3]. Area averaging when shrinking, bilinear when growing; the input itself
        when it has the size already.
    """
    return _resize(rgb, size)  # type: ignore[return-value]


def resize_map(
    values: NDArray[np.uint8] | NDArray[np.float32], size: tuple[int, int]
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Resize a one-channel map, as :func:`resize` does.

    Args:
        values: uint8 or float32 [H, W].
        size: Height and width wanted.

    Returns:
        [h, w] of the same dtype.
    """
    return _resize(values, size)  # type: ignore[return-value]


def resize_depth(metres: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Resize a depth image; what was not measured does not pull its neighbors towards the lens.

    Args:
        metres: float32 [H, W]; 0 where nothing was measured.
        size: Height and width wanted.

    Returns:
        float32 [h, w]: the mean of what was measured, 0 where nothing was.
    """
    measured = (metres > 0).astype(np.float32)
    share = np.asarray(_resize(measured, size))
    total = np.asarray(_resize(metres, size))
    return np.asarray(np.divide(total, share, out=np.zeros_like(total), where=share > 0))


def _resize(values: NDArray[np.generic], size: tuple[int, int]) -> NDArray[np.generic]:
    height, width = size
    if values.shape[:2] == (height, width):
        return values
    shrinks = height <= values.shape[0] and width <= values.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(values), (width, height), interpolation=method)
