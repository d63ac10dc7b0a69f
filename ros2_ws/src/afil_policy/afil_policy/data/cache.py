"""The training cache: the episodes of a dataset at network resolution, a shard for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.progress import Progress
from afil_policy.data.build import Job, build
from afil_policy.data.config import DataConfig
from afil_policy.data.fingerprint import fingerprint
from afil_policy.data.preparation import Preparation
from afil_policy.data.saliency import SaliencySource
from afil_policy.data.selection import Selected, select
from afil_policy.data.shard_writer import HANDOVER, HUMAN, POLICY, cameras_with_maps, shard_folder
from afil_policy.data.shards import Shard, open_shard

# Two steps further apart than this many periods do not follow each other.
_GAP_PERIODS = 1.5

_LEARNED: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.bool_]]] = {
    "all": lambda commanders: commanders != HANDOVER,
    "demonstrated": lambda commanders: (commanders != POLICY) & (commanders != HANDOVER),
    "corrections": lambda commanders: (commanders == HUMAN) & (commanders == POLICY).any(),
}


@dataclass(frozen=True)
class Cache:
    """N steps of E episodes, in order.

    Attributes:
        shards: The episodes.
        contract: The contract that all episodes share.
        cameras: The cameras, in order.
        dataset_sha256: Identity of the episodes that went in, with their weights.
        weights: How often each step of an episode comes in an epoch, one number an episode.
        source: Which maps are learned from.
        learn_from: Whose actions are learned from, as ``data.learn_from`` says.
        said: Sentences about episodes that were left out, or are used in spite of a flag.
    """

    shards: tuple[Shard, ...]
    contract: Contract
    cameras: tuple[str, ...]
    dataset_sha256: str
    weights: tuple[float, ...]
    source: SaliencySource
    learn_from: str = "demonstrated"
    said: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was left out and why: a sentence for each episode that lost something."""
        return (*self.said, *(s.index.left_out for s in self.shards if s.index.left_out))

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The instructions of the episodes, each once, in the order of the alphabet."""
        return tuple(sorted({s.index.instruction for s in self.shards}))

    @cached_property
    def task(self) -> NDArray[np.int64]:
        """int64 [N], position of each step's instruction in :attr:`tasks`."""
        each = np.array([self.tasks.index(s.index.instruction) for s in self.shards])
        return each[self.episodes]

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

    @cached_property
    def learnable(self) -> NDArray[np.bool_]:
        """Bool [N], whether a step's action is to be imitated."""
        return np.concatenate([_LEARNED[self.learn_from](s.commanders) for s in self.shards])

    def images(self, camera: str, steps: NDArray[np.int64]) -> NDArray[Any]:
        """Frames of some steps: [..., H, W, C], uint8 or for depth uint16; steps of any shape."""
        return self._gather([s.images[camera] for s in self.shards], steps)

    def saliency(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Saliency maps of some steps as they were cached: uint8 [..., H, W]."""
        return self._gather([s.saliency[camera] for s in self.shards], steps)

    def targets(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The maps to learn from, as ``data.saliency`` chooses them: uint8 [..., H, W]."""
        return self.source.maps(self, camera, steps)

    def history(
        self, steps: NDArray[np.int64], frames: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Each step with those before it: [B, T], the step itself last; bool [B, T] where real.

        Where they would reach over a gap or the start of an episode, the oldest is repeated.
        """
        wanted = steps[:, None] + np.arange(-frames + 1, 1)
        first = self._runs[0][steps][:, None]
        return np.maximum(wanted, first), wanted >= first

    def chunk(
        self, steps: NDArray[np.int64], horizon: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Each step with those after it: [B, H], and where they are real: bool [B, H].

        Where they would reach over a gap or the end of an episode, the last is repeated. What is
        not to be imitated is not real either.
        """
        wanted = steps[:, None] + np.arange(horizon)
        last = self._runs[1][steps][:, None]
        chunk = np.minimum(wanted, last)
        return chunk, (wanted <= last) & self.learnable[chunk]

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

    def _gather(self, arrays: list[NDArray[Any]], steps: NDArray[np.int64]) -> NDArray[Any]:
        flat = steps.reshape(-1)
        found = np.empty((len(flat), *arrays[0].shape[1:]), arrays[0].dtype)
        for row, (step, episode) in enumerate(zip(flat, self.episodes[flat], strict=True)):
            found[row] = arrays[episode][step - self._starts[episode]]
        return found.reshape(*steps.shape, *found.shape[1:])


def open_cache(
    datasets: Path | Mapping[Path, float],
    config: DataConfig,
    root: Path,
    *,
    needs_saliency: bool,
    workers: int | None = None,
) -> Cache:
    """Open the cache of some datasets, building what it lacks.

    Shards of other datasets or settings may lie in the same folder. Those that are damaged, or
    whose episode changed, are built anew; an interrupted build goes on where it stopped.

    Args:
        datasets: A folder of episodes; or several, each with its weight.
        config: Streams and size.
        root: Folder of the shards.
        needs_saliency: Whether to refuse data without saliency maps.
        workers: Processes that build; None for as many as pay.

    Raises:
        AfilError: When a dataset is empty, contracts are mixed, there is nothing to learn from,
            an episode lost too much, or saliency maps that are needed are missing.
    """
    selected, said = select(datasets, config)
    source = config.saliency.build()
    preparation = Preparation(config, selected[0].episode.contract)
    prints = [fingerprint(s.episode.path) for s in selected]
    folders = [
        shard_folder(root, s.episode, print_, preparation, source.folder)
        for s, print_ in zip(selected, prints, strict=True)
    ]
    with ThreadPoolExecutor() as pool:  # Hashing does not hold the interpreter.
        found = list(pool.map(lambda folder: open_shard(folder, preparation.stored), folders))
    if needs_saliency:
        _require_maps(selected, found, preparation.cameras, source)
    jobs = [
        Job(folder, s.episode.path)
        for s, folder, shard in zip(selected, folders, found, strict=True)
        if shard is None
    ]
    progress = Progress("reading episodes", len(selected), done=len(selected) - len(jobs))
    build(jobs, config, progress, workers)
    shards = [
        shard or open_shard(folder, preparation.stored)
        for folder, shard in zip(folders, found, strict=True)
    ]
    cache = Cache(
        shards=tuple(
            _whole(shard, folder, config.max_lost_share)
            for shard, folder in zip(shards, folders, strict=True)
        ),
        contract=selected[0].episode.contract,
        cameras=preparation.cameras,
        dataset_sha256=_identity(prints, [s.weight for s in selected]),
        weights=tuple(s.weight for s in selected),
        source=source,
        learn_from=config.learn_from,
        said=tuple(said),
    )
    if needs_saliency and not cache.saliency_cameras:
        raise AfilError(
            f"no camera of {', '.join(cache.cameras)} has saliency maps in all episodes; run "
            "`ros2 launch afil_perception perceive.launch.py` with the same streams for each"
        )
    return cache


def _identity(prints: list[str], weights: list[float]) -> str:
    mixed = any(weight != 1 for weight in weights)
    lines = [f"{p} {w}" for p, w in zip(prints, weights, strict=True)] if mixed else prints
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _whole(shard: Shard | None, folder: Path, max_lost_share: float) -> Shard:
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
    return shard


def _require_maps(
    selected: list[Selected],
    shards: list[Shard | None],
    cameras: tuple[str, ...],
    source: SaliencySource,
) -> None:
    if source.folder is None:
        raise AfilError("this method needs saliency maps, and data.saliency says to use none")
    without = []
    for chosen, shard in zip(selected, shards, strict=True):
        episode = chosen.episode
        if shard is None:
            has = cameras_with_maps(episode, cameras, source.folder)
        else:
            has = shard.index.saliency
        if not has:
            without.append(episode.path)
    if without:
        dataset = without[0].parent
        raise AfilError(
            f"{len(without)} of {len(selected)} episodes in {dataset} have no saliency maps in "
            f"their folder {source.folder} (first: {without[0].name}); run `ros2 launch "
            f"afil_perception perceive.launch.py dataset:={dataset}`"
        )
