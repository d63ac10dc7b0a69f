"""Saliency maps averaged over the cells of a feature map, made once for each step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_policy.data.cache import Cache

_FULL = 255
# So many sums of bytes fit into 16 bits.
_MOST_PIXELS = 0xFFFF // _FULL


class CellMaps:
    """Means of a camera's maps over blocks of pixels, kept from the first time they are asked for.

    A loss that compares maps at the size of a feature map needs no more of them, and where
    augmentation moves nothing they are the same in every epoch. Two bytes a cell and step.

    Args:
        cache: The data.
        camera: The camera.
        cells: Rows and columns of the feature map; see :meth:`fit`.
    """

    def __init__(self, cache: Cache, camera: str, cells: tuple[int, int]) -> None:
        self._cache, self._camera, self._cells = cache, camera, cells
        steps = len(cache.actions)
        self._sums = np.zeros((steps, *cells), np.uint16)
        self._known = np.zeros(steps, np.bool_)
        height, width = cache.shards[0].index.size
        self._block = (height // cells[0], width // cells[1])

    @staticmethod
    def fit(size: tuple[int, int], cells: tuple[int, int]) -> bool:
        """Whether images of a size, pixels, are whole blocks that can be summed."""
        whole = size[0] % cells[0] == 0 and size[1] % cells[1] == 0
        return whole and (size[0] // cells[0]) * (size[1] // cells[1]) <= _MOST_PIXELS

    def at(self, steps: NDArray[np.int64]) -> NDArray[np.float32]:
        """The means of some steps' maps: float32 [B, rows, columns] in [0, 1]."""
        missing = steps[~self._known[steps]]
        if len(missing):
            maps = self._cache.targets(self._camera, missing)
            (rows, columns), (height, width) = self._cells, self._block
            blocks = maps.reshape(len(missing), rows, height, columns, width)
            # Several threads may make the same ones, and make the same of them.
            self._sums[missing] = blocks.sum(axis=(2, 4), dtype=np.uint16)
            self._known[missing] = True
        found = self._sums[steps].astype(np.float32)
        found /= _FULL * self._block[0] * self._block[1]
        return found
