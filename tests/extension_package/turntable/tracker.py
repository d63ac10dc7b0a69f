"""Tracker ``key_frames``: asks now and then, and trusts that little moves in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from afil_core.saliency import KeyObject
from afil_core.schema import Schema
from afil_perception.clips import Clip
from afil_perception.describe import Phrase
from afil_perception.detect import Detection, Detector
from afil_perception.track import Tracker


class KeyFrameTracker(Tracker):
    """One object for each phrase: the best that was found on the last key frame.

    Args:
        config: How often to look.
    """

    stand_in_for = "SAM 2"

    class Config(Schema):
        """Options.

        Attributes:
            every: Frames from one key frame to the next.
        """

        every: int = Field(4, ge=1)

    def __init__(self, config: Config) -> None:
        self._every = config.every

    def track(
        self, clip: Clip, phrases: Sequence[Phrase], detector: Detector
    ) -> Iterator[list[KeyObject]]:
        """Follow the phrases; a phrase's number is its id in every frame."""
        ids = {phrase.text: number for number, phrase in enumerate(phrases, start=1)}
        for window in clip.windows(self._every):
            (found,) = detector.detect([window[0].rgb], phrases)
            best: dict[str, Detection] = {}
            for one in sorted(found, key=lambda d: d.score):
                best[one.phrase] = one
            objects = [
                KeyObject(ids[name], name, one.score, one.box, one.mask)
                for name, one in best.items()
            ]
            for _ in window:
                yield list(objects)
