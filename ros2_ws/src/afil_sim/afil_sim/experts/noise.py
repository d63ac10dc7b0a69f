"""Noise on an expert's actions, so that demonstrations show recoveries."""

from __future__ import annotations

import numpy as np

from afil_sim.bodies import Vector


class ExplorationNoise:
    """Gaussian noise, correlated over steps (a first-order autoregression).

    White noise averages out before an arm gets anywhere. The command that is sent is the noisy
    one, hence so is the demonstrated action; its mean is the expert's.

    Args:
        standard_deviation: Of each number at each step, in its unit; 0 for none.
        seed: Seed of the episode.
        size: How many numbers.
        correlation: Correlation of consecutive steps, 0..1.
    """

    def __init__(
        self, standard_deviation: float, seed: int, *, size: int = 3, correlation: float = 0.6
    ) -> None:
        self._sigma = standard_deviation
        self._correlation = correlation
        self._rng = np.random.default_rng([seed, 0x6E6F])
        self._value = np.zeros(size)

    def draw(self) -> Vector:
        """The noise [size] of the next step."""
        fresh = self._rng.normal(0.0, self._sigma, len(self._value))
        self._value = self._correlation * self._value + np.sqrt(1.0 - self._correlation**2) * fresh
        return self._value
