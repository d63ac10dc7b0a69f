"""What the stages hand to each other: phrases, detections and key objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rgb: TypeAlias = NDArray[np.uint8]
"""A color image, uint8 [H, W, 3], RGB."""

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels; x1 and y1 are exclusive, so that pixel i covers [i, i + 1)."""


@dataclass(frozen=True)
class ObjectQuery:
    """One object that the task is about.

    Attributes:
        phrase: Noun phrase in lower case, e.g. ``orange plastic carrot``; the label of what is
            found for it.
        role: ``target`` for what the task acts on, ``reference`` for what it only mentions
            (``in the pot``).
        plural: Whether the phrase may mean several objects.
    """

    phrase: str
    role: str
    plural: bool = False


@dataclass(frozen=True)
class Description:
    """What an episode is about.

    Attributes:
        intent: One sentence.
        objects: The objects to look for, the most important first.
    """

    intent: str
    objects: tuple[ObjectQuery, ...]


@dataclass(frozen=True)
class Detection:
    """A box found for a phrase.

    Attributes:
        label: The phrase it was found for.
        box: Pixels of the image it was found in.
        score: Confidence in [0, 1].
    """

    label: str
    box: Box
    score: float


@dataclass(frozen=True)
class KeyObject:
    """A detection with an identity that lasts over frames.

    Attributes:
        label: The phrase it was found for.
        box: Pixels of the image it was found in.
        score: Confidence in [0, 1].
        track_id: Positive number, unique within an episode and image stream.
    """

    label: str
    box: Box
    score: float
    track_id: int


def box_center(box: Box) -> tuple[float, float]:
    """Center (x, y) of a box in pixels."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes; 0 when both are empty."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    overlap = max(width, 0.0) * max(height, 0.0)
    union = _area(a) + _area(b) - overlap
    return overlap / union if union > 0 else 0.0


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
