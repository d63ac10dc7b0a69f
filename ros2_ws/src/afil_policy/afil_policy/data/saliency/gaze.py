"""A person's gaze, imitated: one noisy point at a time on what is salient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_policy.data.saliency.base import MapStore
from afil_policy.data.saliency.sidecar import PerceivedMaps


class SimulatedGaze(PerceivedMaps):
    """A Gaussian around a fixation that is drawn from the map, with an eye tracker's noise.

    A fixation lasts for some steps, in which the same share of the map's mass lies before it: it
    stays with what it looks at when that moves. A stand-in for human gaze, and named as such.

    Args:
        config: Which maps, and how the eye moves.
    """

    class Config(PerceivedMaps.Config):
        """Options.

        Attributes:
            seed: Of all fixations.
            fixation_steps: Steps that a fixation lasts.
            noise: Standard deviation of the tracker's error, as a share of the width.
            sigma: Of the Gaussian, as a share of the width.
        """

        seed: int = Field(0, ge=0)
        fixation_steps: int = Field(4, ge=1)
        noise: float = Field(0.02, ge=0)
        sigma: float = Field(30 / 320, gt=0)

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.config = config

    def maps(self, store: MapStore, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """One blob for each step that has a salient place."""
        salient = store.saliency(camera, steps)
        flat = salient.reshape(-1, *salient.shape[-2:])
        seen = [
            self._look(values, int(step))
            for values, step in zip(flat, steps.reshape(-1), strict=True)
        ]
        return np.stack(seen).reshape(salient.shape)

    def _look(self, salient: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
        mass = np.cumsum(salient, dtype=np.float64)
        if mass[-1] == 0:
            return np.zeros_like(salient)
        height, width = salient.shape
        fixation = step // self.config.fixation_steps
        drawn = np.random.default_rng([self.config.seed, fixation])
        place = int(np.searchsorted(mass, drawn.random() * mass[-1], side="right"))
        error = drawn.normal(0, self.config.noise * width, 2)
        row, column = min(place, mass.size - 1) // width + error[0], place % width + error[1]
        sigma = self.config.sigma * width
        rows = np.exp(-((np.arange(height) - row) ** 2) / (2 * sigma**2))
        columns = np.exp(-((np.arange(width) - column) ** 2) / (2 * sigma**2))
        return np.asarray(np.rint(255 * np.outer(rows, columns)), np.uint8)
