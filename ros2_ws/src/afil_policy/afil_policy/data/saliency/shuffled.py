"""The control: maps that are like the true ones and say nothing of their images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_policy.data.partners import other_episodes
from afil_policy.data.saliency.base import MapStore
from afil_policy.data.saliency.sidecar import PerceivedMaps


class ShuffledMaps(PerceivedMaps):
    """Each step has the map of a step of another episode, the same one in every epoch.

    What still helps with these maps is not where they point.

    Args:
        config: Which maps, and the seed.
    """

    class Config(PerceivedMaps.Config):
        """Options.

        Attributes:
            seed: Which step gets which map.
        """

        seed: int = Field(0, ge=0)

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._seed = config.seed
        self._partners = np.zeros(0, np.int64)

    def maps(self, store: MapStore, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Maps of other steps."""
        episodes = store.episodes
        if len(self._partners) != len(episodes):
            drawn = np.random.default_rng(self._seed)
            every = np.arange(len(episodes))
            self._partners = other_episodes(episodes, every, every, drawn)
        return store.saliency(camera, self._partners[steps])
