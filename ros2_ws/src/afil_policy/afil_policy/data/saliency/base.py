"""What a saliency source is; knows no torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from afil_core.schema import Schema


class MapStore(Protocol):
    """The maps that a cache holds.

    Attributes:
        episodes: int32 [N], number of the episode of each step.
    """

    @property
    def episodes(self) -> NDArray[np.int32]:
        """int32 [N], number of the episode of each step."""
        ...

    def saliency(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Maps of some steps: uint8 [..., H, W] for steps of any shape."""
        ...


class SaliencySource(ABC):
    """Which maps a policy learns from. Built as ``kind(config)``."""

    class Config(Schema):
        """Options of the source."""

    @property
    @abstractmethod
    def folder(self) -> str | None:
        """Folder of an episode's sidecar that the maps are read from; None for no maps."""

    @abstractmethod
    def maps(self, store: MapStore, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The maps to learn from: uint8 [..., H, W] for steps of any shape."""
