"""Batches for training: split by episode, order and augmentation by counted seeds.

Every batch is a function of (seed, epoch, position), never of what was drawn before: that is
what makes a resumed run end with the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_policy.data.augmentation import Augmentation
from afil_policy.data.batch import Batch
from afil_policy.data.cache import Cache
from afil_policy.data.normalization import Normalization
from afil_policy.data.transforms import ObservationTransform
from afil_policy.training.config import TrainConfig


@dataclass(frozen=True)
class Split:
    """Indices of steps: whole episodes fall on one side."""

    training: NDArray[np.int64]
    validation: NDArray[np.int64]


def split_by_episode(cache: Cache, fraction: float, seed: int) -> Split:
    """Hold out a share of the episodes, at least one if the share is above zero.

    Raises:
        AfilError: When no episode would be left to train on.
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
    return Split(np.flatnonzero(~validation), np.flatnonzero(validation))


class BatchSource:
    """Makes batches out of a cache.

    Args:
        cache: The data.
        config: Batch size, seed and augmentation.
        normalization: Normalizers of what goes in and out.
        with_saliency: Whether batches carry target maps.
    """

    def __init__(
        self,
        cache: Cache,
        config: TrainConfig,
        normalization: Normalization,
        *,
        with_saliency: bool,
    ) -> None:
        self._cache = cache
        self._config = config
        self._transform = ObservationTransform(
            config.data, cache.contract, normalization.proprioception
        )
        self._actions = normalization.action
        self._augmentation = Augmentation(config.augmentation)
        self._saliency = cache.saliency_cameras if with_saliency else ()

    def steps_per_epoch(self, indices: NDArray[np.int64]) -> int:
        """Number of training batches of an epoch."""
        return -(-len(indices) // self._config.optimizer.batch_size)

    def training(self, indices: NDArray[np.int64], epoch: int, start: int) -> Iterator[Batch]:
        """Shuffled, augmented batches of one epoch.

        Args:
            indices: Steps to draw from.
            epoch: Number of the epoch.
            start: Batch to begin with.
        """
        size = self._config.optimizer.batch_size
        seed = self._config.seed
        order = np.random.default_rng([seed, epoch]).permutation(indices)
        for number in range(start, self.steps_per_epoch(indices)):
            chosen = np.sort(order[number * size : (number + 1) * size])
            yield self._batch(chosen, [seed, epoch, number])

    def validation(self, indices: NDArray[np.int64]) -> Iterator[Batch]:
        """Batches in order, without augmentation."""
        size = self._config.optimizer.batch_size
        for begin in range(0, len(indices), size):
            yield self._batch(indices[begin : begin + size], None)

    def _batch(self, steps: NDArray[np.int64], seed: list[int] | None) -> Batch:
        cache, data = self._cache, self._config.data
        history = cache.history(steps, data.frames)
        seen = self._transform.inputs(
            {camera: cache.images(camera, history) for camera in cache.cameras},
            cache.proprioception[history],
        )
        images = dict(seen.images)
        saliency = {
            camera: torch.from_numpy(cache.saliency(camera, steps)).to(torch.float32).div_(255)
            for camera in self._saliency
        }
        if seed is not None:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(int(np.random.default_rng(seed).integers(2**62)))
                for camera in cache.cameras:
                    changed = self._augmentation(images[camera], saliency.get(camera))
                    images[camera] = changed[0]
                    if changed[1] is not None:
                        saliency[camera] = changed[1]
        chunk, mask = cache.chunk(steps, data.horizon)
        return Batch(
            images=images,
            proprioception=seen.proprioception,
            actions=self._actions.apply(torch.from_numpy(cache.actions[chunk])),
            action_mask=torch.from_numpy(mask),
            saliency=saliency,
        )
