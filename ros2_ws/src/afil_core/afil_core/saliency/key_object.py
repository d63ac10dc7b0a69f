"""Key objects: what matters in an image."""

from __future__ import annotations

from dataclasses import dataclass

from afil_core.saliency.boxes import Box
from afil_core.saliency.mask import Rle


@dataclass(frozen=True)
class KeyObject:
    """An object that was found, with an identity that lasts over frames.

    Attributes:
        id: Positive number, unique within an episode and image stream.
        phrase: The phrase that it was found for, e.g. ``orange carrot``.
        score: Confidence in [0, 1].
        box: Where it is, in pixels of the image.
        mask: Its pixels, of the image's size; None where whoever found it knows the box alone.
    """

    id: int
    phrase: str
    score: float
    box: Box
    mask: Rle | None = None
