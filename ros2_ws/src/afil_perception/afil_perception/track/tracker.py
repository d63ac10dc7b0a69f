"""What a tracker is: phrases and frames in, tracked instances out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detector
from afil_perception.pipeline.backend import Backend


class Tracker(Backend):
    """Follows phrases through a clip; made with its options.

    It asks the detector when it wants to know (on every frame, on key frames, never), and keeps
    no state between two clips.

    Attributes:
        uses_detector: Whether it ever asks the detector; one that finds the phrases by itself
            does not, and its results do not follow from which detector is chosen.
    """

    uses_detector: ClassVar[bool] = True

    @abstractmethod
    def track(
        self, clip: Clip, phrases: Sequence[Phrase], detector: Detector
    ) -> Iterator[list[KeyObject]]:
        """Follow the phrases.

        Args:
            clip: The frames; read them by iterating, or in windows, to the end.
            phrases: What to look for.
            detector: Whom to ask where they are.

        Yields:
            The objects of each readable frame, in the order of the frames; an object has the same
            id in each. It may lag behind what it has read by as much as it wants.
        """

    def problems(self, phrases: Sequence[Phrase], detector: Detector) -> dict[str, str]:
        """By text, why a phrase can't be looked for: what the detector says, if it is asked."""
        return detector.problems(phrases) if self.uses_detector else {}
