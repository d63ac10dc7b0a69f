"""Masks as run lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError


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
