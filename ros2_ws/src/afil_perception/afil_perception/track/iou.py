"""The tracker without a model: asks the detector on every frame, and matches its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from afil_core.saliency import KeyObject
from afil_core.schema import Schema
from afil_perception.clips.clip import Clip
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detector
from afil_perception.track.association import Association
from afil_perception.track.smoothing import Smoother
from afil_perception.track.tracker import Tracker


class IouTracker(Tracker):
    """Detections of one phrase that overlap, over gaps, with prediction and with hindsight.

    The published pipeline looks at the previous frame only, so that one missed frame, or one in
    which the camera turned, makes a new identity.

    Args:
        config: How boxes are matched, how long a gap may be, size of a batch.
    """

    stand_in_for = "SAM 2"
    parallel = True

    class Config(Schema):
        """Options.

        Attributes:
            min_iou: Least intersection over union with where the track was, or should be now.
            reach: What overlaps with nothing may meet with a margin around both boxes, of this
                share of their size; 0 for none.
            max_gap_frames: Frames without a detection after which a track ends.
            fill_gaps: Whether an object that is found again is taken to have been there in
                between. Live frames are answered at once, and have no gaps filled.
            min_frames: Detections that make a track; what was seen less often is dropped. Not of
                live frames.
            batch: Frames that the detector gets at once.
        """

        renamed = {"backend": "name"}

        min_iou: float = Field(0.2, gt=0.0, le=1.0)
        reach: float = Field(0.3, ge=0.0, le=2.0)
        max_gap_frames: int = Field(10, ge=0)
        fill_gaps: bool = True
        min_frames: int = Field(2, ge=1)
        batch: int = Field(8, ge=1)

    def __init__(self, config: Config) -> None:
        self._config = config

    def track(
        self, clip: Clip, phrases: Sequence[Phrase], detector: Detector
    ) -> Iterator[list[KeyObject]]:
        """Follow the phrases; one object per detection, in the order of the detections."""
        config = self._config
        association = Association(config.min_iou, config.max_gap_frames, config.reach)
        fill = config.max_gap_frames if config.fill_gaps else 0
        smoother = Smoother(0, 1) if clip.live else Smoother(fill, config.min_frames)
        for window in clip.windows(config.batch):
            for detections in detector.detect([frame.rgb for frame in window], phrases):
                yield from smoother.push(association.update(detections))
        yield from smoother.flush()
