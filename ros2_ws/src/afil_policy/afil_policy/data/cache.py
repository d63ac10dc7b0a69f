"""The training cache: the episodes of a dataset at network resolution, a shard for each."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract, differences
from afil_core.episodes import Episode, list_episodes
from afil_core.errors import AfilError
from afil_core.progress import Progress
from afil_policy.data.config import DataConfig
from afil_policy.data.fingerprint import fingerprint
from afil_policy.data.shards import (
    Shard,
    cameras_with_maps,
    open_shard,
    shard_folder,
    write_shard,
)
from afil_policy.data.transforms import ObservationTransform

# Two steps further apart than this many periods do not follow each other.
_GAP_PERIODS = 1.5


@dataclass(frozen=True)
class Cache:
    """N steps of E episodes, in order.

    Attributes:
        shards: The episodes.
        contract: The contract that all episodes share.
        cameras: The cameras, in order.
        dataset_sha256: Identity of the episodes that went in.
    """

    shards: tuple[Shard, ...]
    contract: Contract
    cameras: tuple[str, ...]
    dataset_sha256: str

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was left out of each episode and why: a sentence for each that lost something."""
        return tuple(s.index.left_out for s in self.shards if s.index.left_out)

    @cached_property
    def proprioception(self) -> NDArray[np.float32]:
        """float32 [N, P], encoded and not normalized."""
        return np.concatenate([s.proprioception for s in self.shards])

    @cached_property
    def actions(self) -> NDArray[np.float32]:
        """float32 [N, D], in the contract's units."""
        return np.concatenate([s.actions for s in self.shards])

    @cached_property
    def episodes(self) -> NDArray[np.int32]:
        """int32 [N], number of the episode of each step."""
        counts = [s.index.steps for s in self.shards]
        return np.repeat(np.arange(len(counts), dtype=np.int32), counts)

    @cached_property
    def saliency_cameras(self) -> tuple[str, ...]:
        """Cameras that have saliency maps in all episodes."""
        return tuple(c for c in self.cameras if all(c in s.saliency for s in self.shards))

    def images(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Images of some steps: uint8 [..., H, W, 3] for steps of any shape."""
        return self._gather([s.images[camera] for s in self.shards], steps)

    def saliency(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Saliency maps of some steps: uint8 [..., H, W]."""
        return self._gather([s.saliency[camera] for s in self.shards], steps)

    def history(self, steps: NDArray[np.int64], frames: int) -> NDArray[np.int64]:
        """Each step with those before it: [B, T], the step itself last.

        Where they would reach over a gap or the start of an episode, the oldest is repeated.
        """
        wanted = steps[:, None] + np.arange(-frames + 1, 1)
        seen: NDArray[np.int64] = np.maximum(wanted, self._runs[0][steps][:, None])
        return seen

    def chunk(
        self, steps: NDArray[np.int64], horizon: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Each step with those after it: [B, H], and where they are real: bool [B, H].

        Where they would reach over a gap or the end of an episode, the last is repeated.
        """
        wanted = steps[:, None] + np.arange(horizon)
        last = self._runs[1][steps][:, None]
        return np.minimum(wanted, last), wanted <= last

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.cumsum([0, *(s.index.steps for s in self.shards)])

    @cached_property
    def _runs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last step of the run without a gap that each step belongs to."""
        stamps_ns = np.concatenate([s.stamps_ns for s in self.shards])
        late = np.diff(stamps_ns) > _GAP_PERIODS * self.contract.period_ns
        begins = np.flatnonzero(np.concatenate([[True], late | (np.diff(self.episodes) != 0)]))
        lengths = np.diff([*begins, len(stamps_ns)])
        return np.repeat(begins, lengths), np.repeat(begins + lengths - 1, lengths)

    def _gather(
        self, arrays: list[NDArray[np.uint8]], steps: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        flat = steps.reshape(-1)
        found = np.empty((len(flat), *arrays[0].shape[1:]), np.uint8)
        for row, (step, episode) in enumerate(zip(flat, self.episodes[flat], strict=True)):
            found[row] = arrays[episode][step - self._starts[episode]]
        return found.reshape(*steps.shape, *found.shape[1:])


def open_cache(dataset: Path, config: DataConfig, root: Path, *, needs_saliency: bool) -> Cache:
    """Open the cache of a dataset, building what it lacks.

    Shards of other datasets or settings may lie in the same folder. Those that are damaged, or
    whose episode changed, are built anew; an interrupted build goes on where it stopped.

    Args:
        dataset: Folder of the episodes.
        config: Streams and size.
        root: Folder of the shards.
        needs_saliency: Whether to refuse data without saliency maps.

    Raises:
        AfilError: When the dataset is empty, mixes contracts, has nothing to learn from, has an
            episode that lost too much, or lacks saliency maps that are needed.
    """
    episodes = chosen_episodes(dataset, config)
    contract = _shared_contract(episodes)
    transform = ObservationTransform(config, contract)
    prints = [fingerprint(episode.path) for episode in episodes]
    folders = [
        shard_folder(root, episode, print_, transform)
        for episode, print_ in zip(episodes, prints, strict=True)
    ]
    with ThreadPoolExecutor() as pool:  # Hashing does not hold the interpreter.
        shards = dict(zip(folders, pool.map(open_shard, folders), strict=True))
    if needs_saliency:
        _require_maps(dataset, episodes, list(shards.values()), transform.cameras)
    missing = [folder for folder, shard in shards.items() if shard is None]
    progress = Progress("reading episodes", len(episodes), done=len(episodes) - len(missing))
    for episode, folder in zip(episodes, folders, strict=True):
        if shards[folder] is None:
            write_shard(folder, episode, transform)
            shards[folder] = open_shard(folder)
            progress.advance(detail=episode.path.name)
        _require_whole(shards[folder], folder, config.max_lost_share)
    return Cache(
        shards=tuple(shard for shard in shards.values() if shard is not None),
        contract=contract,
        cameras=transform.cameras,
        dataset_sha256=hashlib.sha256("\n".join(prints).encode()).hexdigest(),
    )


def _require_whole(shard: Shard | None, folder: Path, max_lost_share: float) -> None:
    if shard is None:
        raise AfilError(
            f"the training cache {folder} is not what was written a moment ago; check the disk, "
            "or choose another folder with --cache"
        )
    if shard.index.lost_share > max_lost_share:
        raise AfilError(
            f"{shard.index.left_out}; that is more than {100 * max_lost_share:g} % "
            "(data.max_lost_share): record the episode again, or move it out of the dataset"
        )


def _require_maps(
    dataset: Path, episodes: list[Episode], shards: list[Shard | None], cameras: tuple[str, ...]
) -> None:
    found = (
        cameras_with_maps(episode, cameras) if shard is None else shard.index.saliency
        for episode, shard in zip(episodes, shards, strict=True)
    )
    without = [e.path.name for e, maps in zip(episodes, found, strict=True) if maps != cameras]
    if without:
        raise AfilError(
            f"{len(without)} of {len(episodes)} episodes in {dataset} have no saliency maps "
            f"(first: {without[0]}); run `ros2 launch afil_perception perceive.launch.py "
            f"dataset:={dataset}`"
        )


def _shared_contract(episodes: list[Episode]) -> Contract:
    contract = episodes[0].contract
    for episode in episodes[1:]:
        lines = differences(contract, episode.contract)
        if lines:
            raise AfilError(
                f"{episodes[0].path} and {episode.path} were recorded with different contracts "
                f"({'; '.join(lines)}); train on one of them at a time"
            )
    return contract


def chosen_episodes(dataset: Path, config: DataConfig) -> list[Episode]:
    """The episodes of a dataset that are learned from.

    Raises:
        AfilError: When there is none.
    """
    episodes = list_episodes(dataset)
    if not config.successful_only:
        return episodes
    successful = [e for e in episodes if e.metadata.success]
    if not successful:
        raise AfilError(
            f"none of the {len(episodes)} episodes in {dataset} is marked successful; set "
            "data.successful_only to false to learn from all of them"
        )
    return successful
