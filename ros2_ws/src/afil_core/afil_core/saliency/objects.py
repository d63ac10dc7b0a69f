"""What is found in an image: boxes, masks, key objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels; x1 and y1 are exclusive, so that pixel i covers [i, i + 1)."""


@dataclass(frozen=True)
class Rle:
    """A mask as COCO's uncompressed run lengths, which ``pycocotools`` reads.

    Attributes:
        size: Height and width in pixels.
        counts: Lengths of the runs, column by column from the top left; the first run is of
            pixels outside the mask and may be empty.

    Raises:
        AfilError: When the runs do not add up to the size.
    """

    size: tuple[int, int]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        pixels = self.size[0] * self.size[1]
        if min(self.counts, default=0) < 0 or sum(self.counts) != pixels:
            raise AfilError(
                f"a mask of {self.size[1]}x{self.size[0]} pixels has runs of {sum(self.counts)}; "
                f"who wrote it counts otherwise (COCO: column by column, zeros first)"
            )

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> Rle:
        """The run lengths of a mask, bool [H, W]."""
        flat = np.concatenate([[False], mask.ravel(order="F")])
        changes = np.flatnonzero(flat[1:] != flat[:-1])
        counts = np.diff(changes, prepend=0, append=mask.size)
        return cls((int(mask.shape[0]), int(mask.shape[1])), tuple(counts.tolist()))

    def mask(self) -> NDArray[np.bool_]:
        """The mask, bool [H, W]."""
        inside = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(inside, self.counts).reshape(self.size, order="F")

    @property
    def area(self) -> int:
        """Number of pixels in the mask."""
        return sum(self.counts[1::2])


@dataclass(frozen=True)
class KeyObject:
    """An object that was found, with an identity that lasts over frames.

    Attributes:
        id: Positive number, unique within an episode and image stream.
        phrase: The phrase that it was found for, e.g. ``orange carrot``.
        score: Confidence in [0, 1].
        box: Where it is, in pixels of the image.
        mask: Its pixels, of the image's size; None where whoever found it knows the box alone.
    """

    id: int
    phrase: str
    score: float
    box: Box
    mask: Rle | None = None


def box_center(box: Box) -> tuple[float, float]:
    """Center (x, y) of a box in pixels."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def box_iou(a: Sequence[Box], b: Sequence[Box]) -> NDArray[np.float64]:
    """Intersection over union of every box of one list with every box of another.

    Args:
        a: N boxes.
        b: M boxes.

    Returns:
        float64 [N, M] in [0, 1]; 0 where both boxes are empty.
    """
    one = np.asarray(a, dtype=np.float64).reshape(-1, 1, 4)
    other = np.asarray(b, dtype=np.float64).reshape(1, -1, 4)
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    overlap = np.prod(np.clip(high - low, 0.0, None), axis=-1)
    union = _area(one) + _area(other) - overlap
    iou = np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)
    return np.asarray(iou, dtype=np.float64)


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    sides = np.clip(boxes[..., 2:] - boxes[..., :2], 0.0, None)
    return np.asarray(np.prod(sides, axis=-1), dtype=np.float64)
