"""Boxes in an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels; x1 and y1 are exclusive, so that pixel i covers [i, i + 1)."""


def box_center(box: Box) -> tuple[float, float]:
    """Center (x, y) of a box in pixels."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def box_iou(a: Sequence[Box], b: Sequence[Box]) -> NDArray[np.float64]:
    """Intersection over union of every box of one list with every box of another.

    Args:
        a: N boxes.
        b: M boxes.

    Returns:
        float64 [N, M] in [0, 1]; 0 where both boxes are empty.
    """
    one = np.asarray(a, dtype=np.float64).reshape(-1, 1, 4)
    other = np.asarray(b, dtype=np.float64).reshape(1, -1, 4)
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    overlap = np.prod(np.clip(high - low, 0.0, None), axis=-1)
    union = _area(one) + _area(other) - overlap
    iou = np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)
    return np.asarray(iou, dtype=np.float64)


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    sides = np.clip(boxes[..., 2:] - boxes[..., :2], 0.0, None)
    return np.asarray(np.prod(sides, axis=-1), dtype=np.float64)
