"""No maps, even where the episodes have them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_policy.data.saliency.base import MapStore, SaliencySource


class NoMaps(SaliencySource):
    """Nothing tells where to look."""

    def __init__(self, config: SaliencySource.Config) -> None:
        del config

    @property
    def folder(self) -> None:
        """None."""
        return

    def maps(self, store: MapStore, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Is not asked for."""
        del store, camera, steps
        raise ValueError("this source has no maps")
