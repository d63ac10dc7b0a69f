"""Batches for training: order, augmentation and partners by counted seeds.

Every batch is a function of (seed, epoch, position), never of what was drawn before: that is
what makes a resumed run end with the same weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from afil_policy.data.augmentation import Augmentation
from afil_policy.data.batch import Batch, Needs, Partner
from afil_policy.data.cache import Cache
from afil_policy.data.loader import IN_STEP, LoaderOptions, load
from afil_policy.data.normalization import Normalization
from afil_policy.data.partners import other_episodes
from afil_policy.data.split import epoch_order, epoch_size
from afil_policy.data.transforms import ObservationTransform
from afil_policy.training.config import TrainConfig

# Of what is drawn for the whole run, beside the epochs.
_RATIO, _PARTNER = 1 << 40, 1 << 41


@dataclass(frozen=True)
class Share:
    """Which part of every batch this process has: rows ``rank``, ``rank + count``, ..."""

    rank: int = 0
    count: int = 1


_WHOLE = Share()


class BatchSource:
    """Makes batches out of a cache.

    Args:
        cache: The data.
        config: Batch size, seed and augmentation.
        normalization: Normalizers of what goes in and out.
        needs: What the batches carry beside observations and actions.
        share: This process's part where several train together; ``batch_size`` is each one's.
        options: How batches are loaded ahead.

    Attributes:
        transform: What prepares observations.
    """

    def __init__(
        self,
        cache: Cache,
        config: TrainConfig,
        normalization: Normalization,
        needs: Needs,
        *,
        share: Share = _WHOLE,
        options: LoaderOptions = IN_STEP,
    ) -> None:
        self._cache = cache
        self._config = config
        self._share = share
        self._options = options
        self._needs = needs
        self.transform = ObservationTransform(
            config.data, cache.contract, normalization.proprioception, cache.tasks
        )
        self._actions = normalization.action
        self._augmentation = Augmentation(config.augmentation, self.transform.size)
        wanted = needs.saliency or needs.saliency_history
        self._maps = cache.saliency_cameras if wanted else ()
        steps = len(cache.actions)
        ranks = np.random.default_rng([config.seed, _RATIO]).permutation(steps)
        self._has_target = ranks < round(config.data.saliency_ratio * steps)
        self._size = config.optimizer.batch_size * share.count

    def steps_per_epoch(self, indices: NDArray[np.int64]) -> int:
        """Number of training batches of an epoch."""
        return math.ceil(self._count(indices) / self._size)

    def training(self, indices: NDArray[np.int64], epoch: int, start: int) -> Iterator[Batch]:
        """Shuffled, augmented batches of one epoch, this process's share of them.

        Args:
            indices: Steps to draw from.
            epoch: Number of the epoch.
            start: Batch to begin with.
        """
        seed = self._config.seed
        order = epoch_order(self._cache, indices, seed, epoch)[: self._count(indices)]

        def make(number: int) -> Batch:
            chosen = np.sort(order[number * self._size : (number + 1) * self._size])
            return self._batch(chosen[self._rows], [seed, epoch, number])

        return load(make, range(start, self.steps_per_epoch(indices)), self._options)

    def validation(self, indices: NDArray[np.int64]) -> Iterator[Batch]:
        """Batches in order, without augmentation, this process's share of them."""
        count = len(indices) - len(indices) % self._share.count

        def make(number: int) -> Batch:
            chosen = indices[:count][number * self._size : (number + 1) * self._size]
            return self._batch(chosen[self._rows], None)

        return load(make, range(math.ceil(count / self._size)), self._options)

    @property
    def _rows(self) -> slice:
        return slice(self._share.rank, None, self._share.count)

    def _count(self, indices: NDArray[np.int64]) -> int:
        # All processes take as many steps with as many samples, or they would wait for ever.
        count = epoch_size(self._cache, indices)
        return count - count % self._share.count

    def _batch(self, steps: NDArray[np.int64], seed: list[int] | None) -> Batch:
        cache, data = self._cache, self._config.data
        history, is_real = cache.history(steps, data.frames)
        seen = self.transform.inputs(
            {camera: cache.images(camera, history) for camera in cache.cameras},
            cache.proprioception[history],
            is_real,
            cache.task[steps],
        )
        maps = self._targets(steps, history)
        partner = self._partner(steps, seed)
        images = dict(seen.images)
        if seed is not None:
            # What torchvision draws comes from the global generators.
            with torch.random.fork_rng(devices=[]):
                drawn = int(np.random.default_rng([*seed, *self._whose]).integers(2**62))
                torch.manual_seed(drawn)
                random.seed(drawn)
                images, maps = self._augmented(images, maps)
                partner = None if partner is None else Partner(*self._augmented(*_parts(partner)))
        valid = torch.from_numpy(self._has_target[steps])
        chunk, mask = cache.chunk(steps, data.horizon)
        newest = {camera: g[:, -1] for camera, g in maps.items()}
        if partner is not None:
            partner = Partner(partner.images, {c: g[:, -1] for c, g in partner.saliency.items()})
        return Batch(
            images=images,
            proprioception=seen.proprioception,
            history_mask=seen.history_mask,
            task=seen.task,
            instructions=seen.instructions,
            actions=self._actions.apply(torch.from_numpy(cache.actions[chunk])),
            action_mask=torch.from_numpy(mask),
            saliency=newest,
            saliency_valid=dict.fromkeys(newest, valid),
            saliency_history=maps if self._needs.saliency_history else {},
            partner=partner,
        )

    @property
    def _whose(self) -> list[int]:
        return [self._share.rank] if self._share.count > 1 else []

    def _targets(self, steps: NDArray[np.int64], history: NDArray[np.int64]) -> dict[str, Tensor]:
        """Maps by camera, float32 [B, K, H, W]: of all frames where they are needed, or one."""
        wanted = history if self._needs.saliency_history else steps[:, None]
        with_target = torch.from_numpy(self._has_target[steps])[:, None, None, None]
        found = {}
        for camera in self._maps:
            found[camera] = torch.div(torch.from_numpy(self._cache.targets(camera, wanted)), 255)
            if not with_target.all():
                found[camera].mul_(with_target)
        return found

    def _partner(self, steps: NDArray[np.int64], seed: list[int] | None) -> Partner | None:
        """Other episodes; their maps are [B, 1, H, W] here."""
        if not self._needs.partner:
            return None
        cache = self._cache
        drawn = np.random.default_rng([*(seed or [self._config.seed]), _PARTNER, *self._whose])
        others = other_episodes(cache.episodes, steps, drawn)
        history, _ = cache.history(others, self._config.data.frames)
        images = {c: self.transform.pixels(c, cache.images(c, history)) for c in cache.cameras}
        maps = {
            c: torch.div(torch.from_numpy(cache.targets(c, others[:, None])), 255)
            for c in self._maps
        }
        return Partner(images, maps)

    def _augmented(
        self, images: dict[str, Tensor], maps: dict[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        images, maps = dict(images), dict(maps)
        for camera in images:
            changed = self._augmentation(images[camera], maps.get(camera))
            images[camera] = changed[0]
            if changed[1] is not None:
                maps[camera] = changed[1]
        return images, maps


def _parts(partner: Partner) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    return dict(partner.images), dict(partner.saliency)
