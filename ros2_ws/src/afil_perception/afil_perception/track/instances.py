"""The instances that are followed: which detection is which, who is lost, who is found again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from afil_core.saliency import Box, KeyObject, Rle, box_center, box_iou
from afil_perception.detect.detector import Detection
from afil_perception.track.segmenter import Mask, Prompt, Segment

# Two instances of one phrase whose masks overlap more than this are one.
_DUPLICATE_IOU = 0.7
# A lost instance may be found again this many times its size away.
_FOUND_WITHIN = 3.0
_FOUND_AREA_RATIO = 0.2


@dataclass
class _Instance:
    id: int
    phrase: str
    score: float  # of its last detection
    box: Box  # where it was last
    mask: Mask | None  # None while it is lost
    seen: int  # frame


class Instances:
    """Identities of what a segmenter follows.

    Args:
        match_iou: A detection is an instance that overlaps at least so much with its box.
        agree_iou: One that overlaps less than this says that the mask has gone astray.
        max_gap: Frames for which a lost instance is remembered.
        min_score: Least score of a segment that is there.
    """

    def __init__(self, match_iou: float, agree_iou: float, max_gap: int, min_score: float) -> None:
        self._match_iou = match_iou
        self._agree_iou = agree_iou
        self._max_gap = max_gap
        self._min_score = min_score
        self._all: dict[int, _Instance] = {}
        self._next_id = 1

    def update(self, frame: int, segments: Iterable[Segment]) -> None:
        """Take the segments of a frame."""
        for segment in segments:
            instance = self._all.get(segment.id)
            if instance is None:
                continue
            box = mask_box(segment.mask) if segment.score >= self._min_score else None
            if box is None:
                instance.mask = None
            else:
                instance.box, instance.mask, instance.seen = box, segment.mask, frame
        self._drop_duplicates()
        self._all = {
            i: o
            for i, o in self._all.items()
            if o.mask is not None or frame - o.seen <= self._max_gap
        }

    def objects(self) -> list[KeyObject]:
        """The instances that are there, by number."""
        return [
            KeyObject(o.id, o.phrase, o.score, o.box, Rle.of(o.mask))
            for o in self._all.values()
            if o.mask is not None
        ]

    def surprised(self, detections: Sequence[Detection]) -> bool:
        """Whether a detector sees in the present frame what the masks do not."""
        matched = self._matches(detections)
        return any(
            k not in matched or not self._agree(d, matched[k]) for k, d in enumerate(detections)
        )

    def prompts(self, frame: int, detections: Sequence[Detection]) -> list[Prompt]:
        """What to follow from the present frame on, after a look by the detector.

        An instance goes on with its mask, or with the box of a detection that disagrees with
        it. What was lost and is found again keeps its number; what is new gets one.

        Args:
            frame: Number of the frame.
            detections: What was found in it; none, if nobody looked.
        """
        matched = self._matches(detections)
        boxes: dict[int, Box] = {}
        for k, found in enumerate(detections):
            instance = matched.get(k) or self._found_again(found, boxes)
            if instance is None:
                instance = _Instance(
                    self._next_id, found.phrase, found.score, found.box, None, frame
                )
                self._all[instance.id] = instance
                self._next_id += 1
            instance.score = found.score
            if instance.mask is None or not self._agree(found, instance):
                boxes[instance.id] = found.box
        prompts = [Prompt(i, box=box) for i, box in boxes.items()]
        prompts += [
            Prompt(o.id, mask=o.mask)
            for o in self._all.values()
            if o.mask is not None and o.id not in boxes
        ]
        return sorted(prompts, key=lambda p: p.id)

    def _agree(self, found: Detection, instance: _Instance) -> bool:
        return bool(box_iou([found.box], [instance.box])[0, 0] >= self._agree_iou)

    def _matches(self, detections: Sequence[Detection]) -> dict[int, _Instance]:
        """By index, the visible instances that detections are."""
        visible = [o for o in self._all.values() if o.mask is not None]
        if not visible or not detections:
            return {}
        overlap = box_iou([d.box for d in detections], [o.box for o in visible])
        same = np.array([[d.phrase == o.phrase for o in visible] for d in detections])
        worth = np.where(same & (overlap >= self._match_iou), overlap, 0.0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        return {int(r): visible[c] for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0}

    def _found_again(self, found: Detection, taken: dict[int, Box]) -> _Instance | None:
        """The nearest lost instance that a detection may be."""
        side = max(found.box[2] - found.box[0], found.box[3] - found.box[1])
        near = [
            (_distance(o.box, found.box), o)
            for o in self._all.values()
            if o.mask is None and o.phrase == found.phrase and o.id not in taken
            and _area_ratio(o.box, found.box) >= _FOUND_AREA_RATIO
        ]  # fmt: skip
        near = [(d, o) for d, o in near if d <= _FOUND_WITHIN * side]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def _drop_duplicates(self) -> None:
        """Of two visible instances that have become one, the older stays."""
        visible = [o for o in self._all.values() if o.mask is not None]
        for k, older in enumerate(visible):
            for younger in visible[k + 1 :]:
                if (
                    older.phrase == younger.phrase
                    and younger.id in self._all
                    and box_iou([older.box], [younger.box])[0, 0] > 0
                    and _mask_iou(older.mask, younger.mask) > _DUPLICATE_IOU
                ):
                    del self._all[younger.id]


def mask_box(mask: Mask) -> Box | None:
    """The box around a mask; None around an empty one."""
    columns = np.flatnonzero(mask.any(axis=0))
    if not columns.size:
        return None
    rows = np.flatnonzero(mask[:, columns[0] : columns[-1] + 1].any(axis=1))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _mask_iou(a: Mask | None, b: Mask | None) -> float:
    if a is None or b is None:
        return 0.0
    return int(np.count_nonzero(a & b)) / max(int(np.count_nonzero(a | b)), 1)


def _distance(a: Box, b: Box) -> float:
    (ax, ay), (bx, by) = box_center(a), box_center(b)
    return float(np.hypot(ax - bx, ay - by))


def _area_ratio(a: Box, b: Box) -> float:
    one, other = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return min(one, other) / max(one, other, 1e-9)
