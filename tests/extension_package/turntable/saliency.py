"""Where to look is known: the middle of the disc."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.schema import Schema
from afil_policy.data.saliency import MapStore, SaliencySource


class Middle(SaliencySource):
    """The middle of every map that perception wrote, and nothing else."""

    class Config(Schema):
        """Options.

        Attributes:
            share: Of height and width.
        """

        share: float = Field(0.5, gt=0, le=1)

    def __init__(self, config: Config) -> None:
        self._share = config.share

    @property
    def folder(self) -> str:
        """Where perception writes."""
        return "saliency"

    def maps(self, store: MapStore, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The cached maps, black but for their middle."""
        found = store.saliency(camera, steps)
        middle = np.zeros_like(found)
        height, width = found.shape[-2:]
        top, left = round(height * (1 - self._share) / 2), round(width * (1 - self._share) / 2)
        inside = (..., slice(top, height - top), slice(left, width - left))
        middle[inside] = found[inside]
        return middle
