"""Identities across windows, for models that begin each window without memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from afil_core.saliency import Box, KeyObject, Rle, box_center
from afil_perception.track.instances import mask_box
from afil_perception.track.segmenter import Mask

_SAME_IOU = 0.3
# A lost instance may be found again this many times its size away.
_FOUND_WITHIN = 3.0


@dataclass(frozen=True)
class Found:
    """An instance as a window knows it.

    Attributes:
        id: Number in the window.
        phrase: Its phrase.
        score: Confidence in [0, 1].
        mask: Its pixels.
    """

    id: int
    phrase: str
    score: float
    mask: Mask


@dataclass
class _Known:
    phrase: str
    mask: Mask
    box: Box
    frame: int


class Handover:
    """Gives the instances of windows numbers that last.

    The first frame of a window is the last of the one before: there, masks of one phrase that
    overlap are one instance. One that appears later may be one that was lost near by.

    Args:
        max_gap: Frames for which a lost instance is remembered.
    """

    def __init__(self, max_gap: int) -> None:
        self._max_gap = max_gap
        self._known: dict[int, _Known] = {}
        self._numbers: dict[int, int] = {}  # of the window's to those that last
        self._next_id = 1

    def begin_window(self, frame: int, found: Sequence[Found]) -> None:
        """Begin a window.

        Args:
            frame: Number of its first frame, which the window before has seen, too.
            found: What the new window finds in it.
        """
        self._numbers = {}
        there = [(i, k) for i, k in self._known.items() if k.frame == frame]
        if not there or not found:
            return
        overlap = np.array([[_iou(f, k) for _, k in there] for f in found])
        rows, columns = linear_sum_assignment(overlap, maximize=True)
        for row, column in zip(rows, columns, strict=True):
            if overlap[row, column] >= _SAME_IOU:
                self._numbers[found[row].id] = there[column][0]

    def update(self, frame: int, found: Sequence[Found]) -> list[KeyObject]:
        """The instances of a frame with their lasting numbers.

        Args:
            frame: Number of the frame.
            found: What the window finds in it.
        """
        objects = []
        for item in found:
            box = mask_box(item.mask)
            if box is None:
                continue
            number = self._numbers.get(item.id)
            if number is None:
                number = self._found_again(frame, item.phrase, box) or self._new()
                self._numbers[item.id] = number
            self._known[number] = _Known(item.phrase, item.mask, box, frame)
            rle = Rle.of(item.mask)
            objects.append(KeyObject(number, item.phrase, item.score, box, rle))
        self._known = {i: k for i, k in self._known.items() if frame - k.frame <= self._max_gap}
        return objects

    def _new(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _found_again(self, frame: int, phrase: str, box: Box) -> int | None:
        side = max(box[2] - box[0], box[3] - box[1])
        taken = set(self._numbers.values())
        near = [
            (float(np.hypot(*np.subtract(box_center(k.box), box_center(box)))), i)
            for i, k in self._known.items()
            if k.phrase == phrase and k.frame < frame and i not in taken
        ]
        near = [pair for pair in near if pair[0] <= _FOUND_WITHIN * side]
        return min(near)[1] if near else None


def _iou(found: Found, known: _Known) -> float:
    if found.phrase != known.phrase:
        return 0.0
    both = int(np.count_nonzero(found.mask & known.mask))
    return both / max(int(np.count_nonzero(found.mask | known.mask)), 1)
