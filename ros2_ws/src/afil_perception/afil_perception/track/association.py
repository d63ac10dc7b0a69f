"""Which detection is the same object as before: by overlap, with prediction and some reach.

Two passes over what a phrase's detections and tracks are worth to each other, each solved as a
whole (Hungarian method). The first asks for overlap with where the track was, or where it should
be by now. What is left may meet with some reach around both boxes, as in C-BIoU (arXiv
2211.14317): small boxes that move by more than their size overlap with nothing. Or it is a part
of what the track was before something began to hide it: what passes in front of an object leaves
its last box at one side, and lets it appear again at the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from afil_core.saliency import Box, KeyObject, box_iou
from afil_perception.detect.detector import Detection

Vector = NDArray[np.float64]

_RECENCY = 1e-6
# Share of the newest displacement in the velocity.
_NEW_VELOCITY = 0.4
# Frames for which a velocity is worth something.
_PREDICTED_FRAMES = 5
_LEAST_REACHED = 0.1
_LEAST_AREA_RATIO = 0.3
# Sightings in which an object may vanish behind another one.
_RECENT = 6
# Share of a box that is within what the track was.
_LEAST_PART = 0.6
_PART_WORTH = 0.1


@dataclass
class _Track:
    item: KeyObject  # as it was seen last
    frame: int  # when
    sightings: int
    velocity: Vector  # [2] pixels per frame
    recent: deque[Box]  # of the last sightings

    @property
    def whole(self) -> Box:
        """The largest of its recent boxes."""
        return max(self.recent, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]))


class Association:
    """Gives detections identities, frame by frame.

    Args:
        min_iou: Least intersection over union with where the track was, or is predicted.
        max_gap: Frames without a detection after which a track ends.
        reach: By how much of their size boxes are widened in the second pass; 0 for none.
    """

    def __init__(self, min_iou: float, max_gap: int, reach: float) -> None:
        self._min_iou = min_iou
        self._max_gap = max_gap
        self._reach = reach
        self._tracks: list[_Track] = []
        self._frame = -1
        self._next_id = 1
        # How tracks move that are followed: what a moving camera does to all of them.
        self._common: Vector = np.zeros(2)

    def update(self, detections: Sequence[Detection]) -> list[KeyObject]:
        """Give the detections of the next frame their identities.

        Args:
            detections: What was found in it.

        Returns:
            One key object per detection, in the order of the detections.
        """
        self._frame += 1
        oldest = self._frame - 1 - self._max_gap
        self._tracks = [t for t in self._tracks if t.frame >= oldest]
        matched = self._match(detections)
        moves = []
        objects = []
        for index, found in enumerate(detections):
            track = matched.get(index)
            if track is None:
                item = _object(self._next_id, found)
                track = _Track(item, self._frame, 0, np.zeros(2), deque(maxlen=_RECENT))
                self._tracks.append(track)
                self._next_id += 1
            else:
                moves.append(self._follow(track, found))
            track.item = _object(track.item.id, found)
            track.frame = self._frame
            track.sightings += 1
            track.recent.append(found.box)
            objects.append(track.item)
        if moves:
            self._common = np.median(np.array(moves), axis=0)
        return objects

    def _follow(self, track: _Track, found: Detection) -> Vector:
        """Note the displacement per frame of a track's newest detection."""
        away = _centers([found.box])[0] - _centers([track.item.box])[0]
        move: Vector = away / (self._frame - track.frame)
        share = _NEW_VELOCITY if track.sightings > 1 else 1.0
        track.velocity = (1 - share) * track.velocity + share * move
        return move

    def _match(self, detections: Sequence[Detection]) -> dict[int, _Track]:
        """By index, the tracks that detections continue."""
        tracks = self._tracks
        if not tracks or not detections:
            return {}
        boxes = _array([d.box for d in detections])
        last = _array([t.item.box for t in tracks])
        gaps = np.array([self._frame - t.frame for t in tracks])
        velocity = np.array([t.velocity if t.sightings > 1 else self._common for t in tracks])
        shift = velocity * np.minimum(gaps, _PREDICTED_FRAMES)[:, np.newaxis]
        predicted = last + np.hstack([shift, shift])
        same = np.array([[d.phrase == t.item.phrase for t in tracks] for d in detections])
        overlap = np.maximum(_iou(boxes, last), _iou(boxes, predicted))
        # Of two that overlap alike, the one that was seen last.
        worth = np.where(same & (overlap >= self._min_iou), overlap - _RECENCY * gaps, 0.0)
        found = _assign(worth)
        if self._reach > 0:
            reached = _iou(_widened(boxes, self._reach), _widened(predicted, self._reach))
            alike = _area_ratio(boxes, last)
            near = (reached >= _LEAST_REACHED) & (alike >= _LEAST_AREA_RATIO)
            part = _part(boxes, _array([t.whole for t in tracks]))
            worth = np.where(near, reached * alike, 0.0)
            worth = np.maximum(worth, np.where(part >= _LEAST_PART, _PART_WORTH * part, 0.0))
            worth = np.where(same, worth, 0.0)
            worth[list(found)] = 0.0
            worth[:, list(found.values())] = 0.0
            found |= _assign(worth)
        return {row: tracks[column] for row, column in found.items()}


def _object(number: int, found: Detection) -> KeyObject:
    return KeyObject(number, found.phrase, found.score, found.box, found.mask)


def _assign(worth: Vector) -> dict[int, int]:
    """The pairs of greatest worth in sum, row to column; none that is worth nothing."""
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0}


def _array(boxes: Sequence[Box]) -> Vector:
    return np.asarray(boxes, dtype=np.float64).reshape(-1, 4)


def _iou(a: Vector, b: Vector) -> Vector:
    return box_iou(a, b)  # type: ignore[arg-type]


def _centers(boxes: Sequence[Box]) -> Vector:
    array = _array(boxes)
    centers: Vector = (array[:, :2] + array[:, 2:]) / 2
    return centers


def _part(a: Vector, b: Vector) -> Vector:
    """Share of each box of ``a`` that is within each of ``b``, [N, M] in [0, 1]."""
    one, other = a[:, np.newaxis], b[np.newaxis]
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    area = np.prod(_sides(a), axis=-1)[:, np.newaxis]
    part: Vector = np.prod(np.clip(high - low, 0.0, None), axis=-1) / area
    return part


def _sides(boxes: Vector) -> Vector:
    sides: Vector = np.clip(boxes[:, 2:] - boxes[:, :2], 1e-9, None)
    return sides


def _widened(boxes: Vector, reach: float) -> Vector:
    """Boxes with a margin of a share of their mean side all round."""
    margin = reach * _sides(boxes).mean(axis=1, keepdims=True)
    return np.hstack([boxes[:, :2] - margin, boxes[:, 2:] + margin])


def _area_ratio(a: Vector, b: Vector) -> Vector:
    """How alike the sides of all pairs of boxes are, [N, M] in (0, 1]."""
    one, other = _sides(a)[:, np.newaxis], _sides(b)[np.newaxis]
    ratio: Vector = np.prod(np.minimum(one, other) / np.maximum(one, other), axis=-1)
    return ratio
