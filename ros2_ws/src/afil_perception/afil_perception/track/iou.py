"""The tracker without a model: overlap matching that bridges short misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import Field
from scipy.optimize import linear_sum_assignment

from afil_core.saliency import KeyObject, box_iou
from afil_core.schema import Schema
from afil_perception.clips.clip import Clip
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detection, Detector
from afil_perception.track.tracker import Tracker

_RECENCY = 1e-6


class IouTracker(Tracker):
    """Asks the detector on every frame and matches its boxes to those of before.

    Detections and tracks of a phrase are paired so that their boxes overlap most in sum. The
    published pipeline looks at the previous frame only, so that one missed frame makes a new
    identity; here a track stays open for ``max_gap_frames`` frames without a detection.

    Args:
        config: Least overlap, longest gap and size of a batch.
    """

    stand_in_for = "SAM 2"

    class Config(Schema):
        """Options.

        Attributes:
            min_iou: Least intersection over union with the track's last box.
            max_gap_frames: Frames without a detection after which a track ends.
            batch: Frames that the detector gets at once.
        """

        renamed = {"backend": "name"}

        min_iou: float = Field(0.2, ge=0.0, le=1.0)
        max_gap_frames: int = Field(10, ge=0)
        batch: int = Field(8, ge=1)

    def __init__(self, config: Config) -> None:
        self._config = config

    def track(
        self, clip: Clip, phrases: Sequence[Phrase], detector: Detector
    ) -> Iterator[list[KeyObject]]:
        """Follow the phrases; one object per detection, in the order of the detections."""
        association = Association(self._config.min_iou, self._config.max_gap_frames)
        for window in clip.windows(self._config.batch):
            for detections in detector.detect([frame.rgb for frame in window], phrases):
                yield association.update(detections)


class Association:
    """Which detection is the same object as before.

    Args:
        min_iou: Least intersection over union with the track's last box.
        max_gap: Frames without a detection after which a track ends.
    """

    def __init__(self, min_iou: float, max_gap: int) -> None:
        self._min_iou = min_iou
        self._max_gap = max_gap
        self._tracks: dict[int, tuple[KeyObject, int]] = {}  # last seen object, and frame
        self._frame = -1
        self._next_id = 1

    def update(self, detections: Sequence[Detection]) -> list[KeyObject]:
        """Give the detections of the next frame their identities.

        Args:
            detections: What was found in it.

        Returns:
            One key object per detection, in the order of the detections.
        """
        self._frame += 1
        oldest = self._frame - 1 - self._max_gap
        self._tracks = {i: (o, f) for i, (o, f) in self._tracks.items() if f >= oldest}
        ids = self._match(detections)
        objects = []
        for index, found in enumerate(detections):
            track_id = ids.get(index)
            if track_id is None:
                track_id = self._next_id
                self._next_id += 1
            item = KeyObject(track_id, found.phrase, found.score, found.box, found.mask)
            self._tracks[track_id] = (item, self._frame)
            objects.append(item)
        return objects

    def _match(self, detections: Sequence[Detection]) -> dict[int, int]:
        """Id per index of the detections that continue a track."""
        seen = [item for item, _ in self._tracks.values()]
        overlap = box_iou([d.box for d in detections], [o.box for o in seen])
        same = np.array([[d.phrase == o.phrase for o in seen] for d in detections], dtype=bool)
        may = same.reshape(overlap.shape) & (overlap >= self._min_iou)
        # Of two that overlap alike, the one that was seen last.
        gaps = [self._frame - frame for _, frame in self._tracks.values()]
        worth = np.where(may, overlap - _RECENCY * np.array(gaps), 0.0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        return {int(r): seen[c].id for r, c in zip(rows, columns, strict=True) if may[r, c]}
