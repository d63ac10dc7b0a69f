"""Detector ``brightest``: the bright spots of an image, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.schema import Schema
from afil_perception.describe import Phrase
from afil_perception.detect import Detection, Detector


class BrightestDetector(Detector):
    """Takes every spot above a brightness for each phrase.

    Args:
        config: What is bright.
    """

    stand_in_for = "an open-vocabulary detector"

    class Config(Schema):
        """Options.

        Attributes:
            least: Least brightness, 0 to 255.
        """

        least: int = Field(200, ge=0, le=255)

    def __init__(self, config: Config) -> None:
        self._least = config.least

    def detect(
        self, images: Sequence[NDArray[np.uint8]], phrases: Sequence[Phrase]
    ) -> list[list[Detection]]:
        """Find the phrases in each image, uint8 [H, W, 3], of a batch."""
        return [
            [Detection(phrase.text, 1.0, box) for phrase in phrases for box in self._spots(image)]
            for image in images
        ]

    def _spots(self, image: NDArray[np.uint8]) -> list[tuple[float, float, float, float]]:
        bright = (image.min(axis=2) >= self._least).astype(np.uint8)
        _, _, found, _ = cv2.connectedComponentsWithStats(bright)
        # The first component is the background; x1 and y1 are exclusive.
        return [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, _ in found[1:]]
