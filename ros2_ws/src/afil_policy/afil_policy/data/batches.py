"""Batches for training: order, augmentation and partners by counted seeds.

Every batch is a function of (seed, epoch, position), never of what was drawn before: that is
what makes a resumed run end with the same weights.

It is made in two steps: what the cache holds, in integers, and then numbers in their ranges,
augmented. A GPU does the second step itself where that takes whole batches at once, and is sent
a quarter of the bytes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from afil_core.errors import AfilError
from afil_policy.data.augmentation import Augmentation
from afil_policy.data.batch import Batch, Needs, Partner, Tensors
from afil_policy.data.cache import Cache
from afil_policy.data.cell_maps import CellMaps
from afil_policy.data.loader import IN_STEP, LoaderOptions, load, load_in_threads
from afil_policy.data.normalization import Normalization
from afil_policy.data.partners import alike
from afil_policy.data.split import Split, epoch_order, epoch_size
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
_CPU = torch.device("cpu")


class _Place(NamedTuple):
    """A batch of a run: number ``number`` of an epoch, of training or of what is held out."""

    epoch: int
    number: int
    trained: bool = True


@dataclass(frozen=True)
class _Kept(Tensors):
    """A batch as the cache keeps it.

    Attributes:
        batch: Its images, and those of its partner, are [B, T, H, W, C] of integers.
        maps: By camera: uint8 [B, K, H, W]; or of cells, float32 [B, 1, h, w] in [0, 1].
        drawn: Seed of its augmentation; None for none.
    """

    batch: Batch
    maps: Mapping[str, Tensor]
    drawn: int | None


class BatchSource:
    """Makes batches out of a cache.

    Args:
        cache: The data.
        config: Batch size, seed and augmentation.
        normalization: Normalizers of what goes in and out.
        needs: What the batches carry beside observations and actions.
        share: This process's part where several train together; ``batch_size`` is each one's.
        options: How batches are loaded ahead.
        device: Where batches are wanted.
        cells: By camera: size of the feature map at whose cells the mean of a map is all that is
            asked for; :attr:`Batch.saliency` may have that size then.

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
        device: torch.device = _CPU,
        cells: Mapping[str, tuple[int, int]] = MappingProxyType({}),
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
        still = not (self._augmentation.moves or needs.saliency_history)
        self._cells = {
            camera: CellMaps(cache, camera, cells[camera])
            for camera in self._maps
            if still and camera in cells and CellMaps.fit(self.transform.size, cells[camera])
        }
        steps = len(cache.actions)
        ranks = np.random.default_rng([config.seed, _RATIO]).permutation(steps)
        self._has_target = ranks < round(config.data.saliency_ratio * steps)
        self._size = config.optimizer.batch_size * share.count
        self._device = device
        self._there = device.type == "cuda" and self._augmentation.whole_batches

    def steps_per_epoch(self, indices: NDArray[np.int64]) -> int:
        """Number of training batches of an epoch.

        Raises:
            AfilError: When there is none.
        """
        if self._count(indices):
            return math.ceil(self._count(indices) / self._size)
        raise AfilError(
            f"an epoch would have no step: {epoch_size(self._cache, indices)} of {len(indices)} "
            f"come in it with the weights of --dataset, for {self._share.count} process(es); give "
            "greater weights, or record more"
        )

    def batches(self, split: Split, epoch: int, start: int, epochs: int) -> Iterator[Batch]:
        """The batches of some epochs: each one's of training, then those that are held out.

        They come out of one loader, whose processes work ahead over the end of an epoch.

        Args:
            split: Steps to learn from, and steps that are held out.
            epoch: Number of the first epoch.
            start: Its batch to begin with.
            epochs: Number of the epoch after the last.
        """
        places = []
        for each in range(epoch, epochs):
            first = start if each == epoch else 0
            steps, held_out = self.steps_per_epoch(split.training), self.held_out(split.validation)
            places += [_Place(each, number) for number in range(first, steps)]
            places += [_Place(each, number, trained=False) for number in range(held_out)]
        return self._loaded(split, places)

    def training(self, indices: NDArray[np.int64], epoch: int, start: int) -> Iterator[Batch]:
        """Shuffled, augmented batches of one epoch, this process's share of them.

        Args:
            indices: Steps to draw from.
            epoch: Number of the epoch.
            start: Batch to begin with.
        """
        return self.batches(Split(indices, indices[:0]), epoch, start, epoch + 1)

    def validation(self, indices: NDArray[np.int64]) -> Iterator[Batch]:
        """Batches in order, without augmentation, this process's share of them."""
        places = [_Place(0, number, trained=False) for number in range(self.held_out(indices))]
        return self._loaded(Split(indices[:0], indices), places)

    def held_out(self, indices: NDArray[np.int64]) -> int:
        """Number of batches of some steps in order."""
        return math.ceil(self._even(len(indices)) / self._size)

    def _loaded(self, split: Split, places: Sequence[_Place]) -> Iterator[Batch]:
        order = lru_cache(maxsize=1)(partial(self._order, split.training))
        donors = self._donors(split)
        held_out = split.validation[: self._even(len(split.validation))]

        def kept(place: _Place) -> _Kept:
            steps = order(place.epoch) if place.trained else held_out
            steps = steps[place.number * self._size : (place.number + 1) * self._size]
            if not place.trained:
                return self._kept(steps[self._rows], None, donors)
            seed = [self._config.seed, place.epoch, place.number]
            return self._kept(np.sort(steps)[self._rows], seed, donors)

        if self._there:
            loaded = load_in_threads(lambda place: self._sent(kept(place)), places, self._options)
            return (self._finished(made.to(self._device)) for made in loaded)
        return load(lambda place: self._finished(kept(place)), places, self._options)

    @property
    def _rows(self) -> slice:
        return slice(self._share.rank, None, self._share.count)

    def _count(self, indices: NDArray[np.int64]) -> int:
        return self._even(epoch_size(self._cache, indices))

    def _even(self, count: int) -> int:
        # All processes take as many steps with as many samples, or they would wait for ever.
        return count - count % self._share.count

    def _order(self, indices: NDArray[np.int64], epoch: int) -> NDArray[np.int64]:
        order = epoch_order(self._cache, indices, self._config.seed, epoch)
        return order[: self._count(indices)]

    def _donors(self, split: Split) -> NDArray[np.int64]:
        """Steps that partners may come from: none that is held out, and with maps."""
        steps = split.training if len(split.training) else split.validation
        with_maps = steps[self._has_target[steps]]
        return with_maps if len(with_maps) else steps

    def _kept(
        self, steps: NDArray[np.int64], seed: list[int] | None, donors: NDArray[np.int64]
    ) -> _Kept:
        """What the cache holds of some steps; augmented with a seed, if there is one."""
        cache, data = self._cache, self._config.data
        history, is_real = cache.history(steps, data.frames)
        images = {camera: cache.images(camera, history) for camera in cache.cameras}
        seen = self.transform.beside(cache.proprioception[history], is_real, cache.task[steps])
        valid = self._has_target[steps]
        chunk, mask = cache.chunk(steps, data.horizon)
        drawn = None
        if seed is not None:
            drawn = int(np.random.default_rng([*seed, *self._whose]).integers(2**62))
        batch = Batch(
            images={camera: torch.from_numpy(values) for camera, values in images.items()},
            proprioception=seen.proprioception,
            history_mask=seen.history_mask,
            task=seen.task,
            instructions=seen.instructions,
            actions=self._actions.apply(torch.from_numpy(cache.actions[chunk])),
            action_mask=torch.from_numpy(mask),
            saliency_valid={}
            if valid.all()
            else dict.fromkeys(self._maps, torch.from_numpy(valid)),
            partner=self._partner(steps, seed, donors) if self._needs.partner else None,
        )
        return _Kept(batch, self._targets(steps, history), drawn)

    def _sent(self, kept: _Kept) -> _Kept:
        """The same in memory from which a GPU fetches it beside other work."""
        if self._device.type != "cuda":
            return kept
        # Each thread goes by the first GPU until it is told.
        with torch.cuda.device(self._device):
            return kept.pin_memory()

    def _finished(self, kept: _Kept) -> Batch:
        """Numbers in their ranges, augmented."""
        batch, partner = kept.batch, kept.batch.partner
        images, maps = self._pixels(batch.images), _shares(kept.maps)
        if partner is not None:
            partner = Partner(self._pixels(partner.images), _shares(partner.saliency_history))
        if kept.drawn is not None:
            images, maps = self._augmented(images, maps, kept.drawn)
            if partner is not None:
                # As its sample is, or what is pasted from it would stand out by its brightness.
                theirs = self._augmented(partner.images, partner.saliency_history, kept.drawn)
                partner = Partner(*theirs)
        return replace(
            batch,
            images=images,
            saliency=_newest(maps),
            saliency_history=maps if self._needs.saliency_history else {},
            partner=partner,
        )

    @cached_property
    def _states(self) -> NDArray[np.float32]:
        """float32 [N, P], normalized proprioception."""
        known = self.transform.beside(self._cache.proprioception).proprioception
        return np.asarray(known, np.float32)

    @property
    def _whose(self) -> list[int]:
        return [self._share.rank] if self._share.count > 1 else []

    def _targets(self, steps: NDArray[np.int64], history: NDArray[np.int64]) -> dict[str, Tensor]:
        """Maps by camera, uint8 [B, K, H, W]: of all frames where they are needed, or one.

        Where cells are enough: float32 [B, 1, h, w] in [0, 1].
        """
        wanted = history if self._needs.saliency_history else steps[:, None]
        without = ~self._has_target[steps]
        found = {}
        for camera in self._maps:
            cells = self._cells.get(camera)
            maps: NDArray[Any] = (
                self._cache.targets(camera, wanted) if cells is None else cells.at(steps)[:, None]
            )
            if without.any():
                maps[without] = 0
            found[camera] = torch.from_numpy(maps)
        return found

    def _partner(
        self, steps: NDArray[np.int64], seed: list[int] | None, donors: NDArray[np.int64]
    ) -> Partner:
        """Other episodes, as the cache keeps them."""
        cache = self._cache
        drawn = np.random.default_rng([*(seed or [self._config.seed]), _PARTNER, *self._whose])
        others = alike(cache.episodes, steps, donors, drawn, self._states)
        history, _ = cache.history(others, self._config.data.frames)
        images = {c: torch.from_numpy(cache.images(c, history)) for c in cache.cameras}
        maps = {c: torch.from_numpy(cache.targets(c, history)) for c in self._maps}
        return Partner(images, maps)

    def _pixels(self, images: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {camera: self.transform.pixels(camera, kept) for camera, kept in images.items()}

    def _augmented(
        self, images: Mapping[str, Tensor], maps: Mapping[str, Tensor], drawn: int
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The same with the changes that a seed stands for."""
        images, maps = dict(images), dict(maps)
        # What torchvision draws comes from the global generators.
        with torch.random.fork_rng(devices=[]):
            # torch.manual_seed prints a whole traceback for GPUs that nobody asks.
            torch.default_generator.manual_seed(drawn)
            random.seed(drawn)
            for camera in images:
                changed = self._augmentation(images[camera], maps.get(camera))
                images[camera] = changed[0]
                if changed[1] is not None:
                    maps[camera] = changed[1]
        return images, maps


def _shares(maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Maps of uint8 in [0, 1]; those of cells are already."""
    return {
        camera: found if found.is_floating_point() else found.float().div_(255)
        for camera, found in maps.items()
    }


def _newest(maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {camera: found[:, -1] for camera, found in maps.items()}
