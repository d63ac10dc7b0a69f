"""What a detector is, and what it finds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from afil_core.saliency import Box, Rle
from afil_perception.clips.clip import Rgb
from afil_perception.describe.describer import Phrase
from afil_perception.pipeline.backend import Backend


@dataclass(frozen=True)
class Detection:
    """What was found for a phrase.

    Attributes:
        phrase: The phrase's text.
        score: Confidence in [0, 1].
        box: Pixels of the image that it was found in.
        mask: Its pixels, where the detector knows them.
    """

    phrase: str
    score: float
    box: Box
    mask: Rle | None = None


class Detector(Backend):
    """Finds phrases in images; made with its options."""

    @abstractmethod
    def detect(self, images: Sequence[Rgb], phrases: Sequence[Phrase]) -> list[list[Detection]]:
        """Find the phrases in each image of a batch.

        Args:
            images: uint8 [H, W, 3] each.
            phrases: What to look for; those with a problem find nothing.

        Returns:
            One list per image.
        """

    def problems(self, phrases: Sequence[Phrase]) -> dict[str, str]:
        """By text, why a phrase can't be looked for; none, for most detectors."""
        del phrases
        return {}
