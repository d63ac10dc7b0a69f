"""The tracker without a model: greedy overlap matching that bridges short misses."""

from __future__ import annotations

from collections.abc import Sequence

from afil_perception.objects import Detection, KeyObject, Rgb, box_iou
from afil_perception.pipeline.config import IouTrackerConfig


class IouTracker:
    """Matches each detection to the track of the same label whose last box it overlaps most.

    The published pipeline looks at the previous frame only, so that one missed frame makes a new
    identity; here a track stays open for ``max_gap_frames`` frames without a detection.

    Args:
        config: Least overlap and longest gap.
    """

    def __init__(self, config: IouTrackerConfig) -> None:
        self._config = config
        self._tracks: dict[int, tuple[KeyObject, int]] = {}  # id -> last seen object and frame
        self._frame = -1
        self._next_id = 1

    def update(self, rgb: Rgb, detections: Sequence[Detection]) -> list[KeyObject]:
        """Give the detections of the next frame their identities.

        Args:
            rgb: Not looked at.
            detections: Boxes of this frame.

        Returns:
            One key object per detection, in the order of the detections.
        """
        self._frame += 1
        oldest = self._frame - 1 - self._config.max_gap_frames
        self._tracks = {i: (o, f) for i, (o, f) in self._tracks.items() if f >= oldest}
        ids = self._match(detections)
        objects = []
        for index, detection in enumerate(detections):
            track_id = ids.get(index)
            if track_id is None:
                track_id = self._next_id
                self._next_id += 1
            found = KeyObject(detection.label, detection.box, detection.score, track_id)
            self._tracks[track_id] = (found, self._frame)
            objects.append(found)
        return objects

    def _match(self, detections: Sequence[Detection]) -> dict[int, int]:
        """Track id per index of the detections that continue a track; best overlaps first."""
        pairs = []
        for index, detection in enumerate(detections):
            for track_id, (seen, frame) in self._tracks.items():
                overlap = box_iou(detection.box, seen.box)
                if detection.label == seen.label and overlap >= self._config.min_iou:
                    pairs.append((-overlap, self._frame - frame, track_id, index))
        ids: dict[int, int] = {}
        taken: set[int] = set()
        for _, _, track_id, index in sorted(pairs):
            if index not in ids and track_id not in taken:
                ids[index] = track_id
                taken.add(track_id)
        return ids
