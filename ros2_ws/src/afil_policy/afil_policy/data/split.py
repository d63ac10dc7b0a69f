"""Which steps are trained on and which are held out, and in which order they come."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_policy.data.cache import Cache


@dataclass(frozen=True)
class Split:
    """Indices of steps that can be learned from: whole episodes fall on one side."""

    training: NDArray[np.int64]
    validation: NDArray[np.int64]


def split_by_episode(cache: Cache, fraction: float, seed: int) -> Split:
    """Hold out a share of the episodes, at least one if the share is above zero.

    Raises:
        AfilError: When no episode, or nothing of the others, would be left to train on.
    """
    count = len(cache.shards)
    held_out = max(1, round(fraction * count)) if fraction > 0 else 0
    if held_out >= count:
        raise AfilError(
            f"{count} episode(s) can't be split with data.validation_fraction {fraction:g}; "
            "record more, or set it to 0"
        )
    order = np.random.default_rng(seed).permutation(count)
    validation = np.isin(cache.episodes, order[:held_out])
    training = np.flatnonzero(~validation & cache.learnable)
    if not len(training):
        raise AfilError(
            f"none of the steps can be learned from with data.learn_from '{cache.learn_from}'; "
            "record corrections, or set it to demonstrated"
        )
    return Split(training, np.flatnonzero(validation & cache.learnable))


def epoch_order(
    cache: Cache, indices: NDArray[np.int64], seed: int, epoch: int
) -> NDArray[np.int64]:
    """The steps of an epoch, shuffled: each as often as its episode's weight says.

    With a weight of 0.3, three of ten steps come, others in each epoch; with 2, each comes
    twice.

    Args:
        cache: The data.
        indices: Steps to draw from.
        seed: Of the run.
        epoch: Number of the epoch.
    """
    drawn = np.random.default_rng([seed, epoch])
    groups = _by_weight(cache, indices)
    if list(groups) == [1.0]:
        return drawn.permutation(indices)
    taken = []
    for weight, steps in groups.items():
        own = np.tile(drawn.permutation(steps), math.ceil(weight))
        taken.append(own[: round(weight * len(steps))])
    return drawn.permutation(np.concatenate(taken))


def epoch_size(cache: Cache, indices: NDArray[np.int64]) -> int:
    """How many steps :func:`epoch_order` gives."""
    return sum(round(w * len(steps)) for w, steps in _by_weight(cache, indices).items())


def _by_weight(cache: Cache, indices: NDArray[np.int64]) -> dict[float, NDArray[np.int64]]:
    weights = np.array(cache.weights)[cache.episodes[indices]]
    return {float(weight): indices[weights == weight] for weight in np.unique(weights)}
