"""The training cache: a dataset at network resolution, in files that are memory mapped."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract, differences, parse_contract
from afil_core.episodes import Episode, Step, list_episodes
from afil_core.errors import AfilError
from afil_core.imaging import resize_map
from afil_core.progress import Progress
from afil_policy.data.config import DataConfig
from afil_policy.data.fingerprint import fingerprint
from afil_policy.data.transforms import ObservationTransform

_FORMAT = 1
_INDEX = "index.json"


@dataclass(frozen=True)
class Cache:
    """N steps of E episodes, in order.

    Attributes:
        images: uint8 [N, H, W, 3], memory mapped.
        saliency: uint8 [N, H, W], memory mapped; None when episodes have no sidecar.
        proprioception: float32 [N, P], encoded and not normalised.
        actions: float32 [N, D], in the contract's units.
        episodes: int32 [N], number of the episode of each step.
        names: Name of each episode.
        contract: The contract that all episodes share.
        dataset_sha256: Identity of the episodes that went in.
        without_saliency: Names of episodes without a saliency sidecar.
    """

    images: NDArray[np.uint8]
    saliency: NDArray[np.uint8] | None
    proprioception: NDArray[np.float32]
    actions: NDArray[np.float32]
    episodes: NDArray[np.int32]
    names: tuple[str, ...]
    contract: Contract
    dataset_sha256: str
    without_saliency: tuple[str, ...]


def open_cache(dataset: Path, config: DataConfig, root: Path, *, needs_saliency: bool) -> Cache:
    """Open the cache of a dataset, building it first when there is none yet.

    Caches of other datasets or settings may lie in the same folder; each has its own key. One
    that is being built is only moved in when it is whole.

    Args:
        dataset: Folder of the episodes.
        config: Streams and size.
        root: Folder of the caches.
        needs_saliency: Whether to refuse data without saliency maps.

    Raises:
        AfilError: When the dataset is empty, mixes contracts, has nothing to learn from, or
            lacks saliency maps that are needed.
    """
    episodes = _chosen(dataset, config)
    identity = fingerprint([e.path for e in episodes])
    contract = _shared_contract(episodes)
    transform = ObservationTransform(config, contract)
    without = tuple(e.path.name for e in episodes if not e.saliency_path.is_dir())
    if needs_saliency and without:
        raise AfilError(
            f"{len(without)} of {len(episodes)} episodes in {dataset} have no saliency maps "
            f"(first: {without[0]}); run `ros2 launch afil_perception perceive.launch.py "
            f"dataset:={dataset}`"
        )
    folder = root / _key(identity, transform, config, bool(without))
    if not (folder / _INDEX).is_file():
        _build(folder, episodes, contract, transform, with_saliency=not without)
    return _open(folder, contract, identity, without)


def _chosen(dataset: Path, config: DataConfig) -> list[Episode]:
    episodes = list_episodes(dataset)
    if config.successful_only:
        successful = [e for e in episodes if e.metadata.success]
        if not successful:
            raise AfilError(
                f"none of the {len(episodes)} episodes in {dataset} is marked successful; set "
                "data.successful_only to false to learn from all of them"
            )
        return successful
    return episodes


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


def _key(
    identity: str, transform: ObservationTransform, config: DataConfig, no_saliency: bool
) -> str:
    parts = [
        _FORMAT,
        identity,
        transform.cameras[0],
        transform.size,
        transform.labels,
        no_saliency,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _build(
    folder: Path,
    episodes: list[Episode],
    contract: Contract,
    transform: ObservationTransform,
    *,
    with_saliency: bool,
) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        index = _write(partial, episodes, transform, with_saliency=with_saliency)
        index["contract"] = contract.to_yaml()
        (partial / _INDEX).write_text(json.dumps(index), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    except OSError as error:
        raise AfilError(
            f"the training cache {folder} can't be written ({error.strerror}); choose another "
            "folder with --cache"
        ) from error


def _write(
    folder: Path, episodes: list[Episode], transform: ObservationTransform, *, with_saliency: bool
) -> dict[str, Any]:
    proprioception: list[NDArray[np.float32]] = []
    actions: list[NDArray[np.float32]] = []
    numbers: list[int] = []
    progress = Progress("reading episodes", len(episodes))
    with (folder / "images.u8").open("wb") as images, (folder / "saliency.u8").open("wb") as maps:
        for number, episode in enumerate(episodes):
            before = len(numbers)
            for step, saliency in _steps(episode, transform, with_saliency=with_saliency):
                images.write(
                    np.ascontiguousarray(
                        transform.images(step.observations)[transform.cameras[0]]
                    ).tobytes()
                )
                if saliency is not None:
                    resized = resize_map(saliency, transform.size)
                    maps.write(np.ascontiguousarray(resized).tobytes())
                proprioception.append(transform.proprioception(step.observations))
                actions.append(step.action.astype(np.float32))
                numbers.append(number)
            if len(numbers) == before:
                raise AfilError(
                    f"{episode.path} has no step to imitate: no complete observation with a "
                    "command; record it again or move it out of the dataset"
                )
            progress.advance(detail=episode.path.name)
    np.save(folder / "proprioception.npy", np.stack(proprioception))
    np.save(folder / "actions.npy", np.stack(actions))
    np.save(folder / "episodes.npy", np.array(numbers, dtype=np.int32))
    return {
        "steps": len(numbers),
        "size": list(transform.size),
        "saliency": with_saliency,
        "names": [e.path.name for e in episodes],
    }


def _steps(
    episode: Episode, transform: ObservationTransform, *, with_saliency: bool
) -> Iterator[tuple[Step, NDArray[np.uint8] | None]]:
    if not with_saliency:
        yield from ((step, None) for step in episode.steps())
        return
    maps = episode.saliency_maps(transform.cameras[0])
    stamp_ns, saliency = next(maps, (None, None))
    for step in episode.steps():
        while stamp_ns is not None and stamp_ns < step.stamp_ns:
            stamp_ns, saliency = next(maps, (None, None))
        if stamp_ns != step.stamp_ns:
            raise AfilError(
                f"{episode.saliency_path} has no map for the image of stamp {step.stamp_ns} ns; "
                f"delete that folder and run `ros2 launch afil_perception perceive.launch.py "
                f"dataset:={episode.path.parent}` again"
            )
        yield step, saliency


def _open(folder: Path, contract: Contract, identity: str, without: tuple[str, ...]) -> Cache:
    try:
        index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        steps, (height, width) = index["steps"], index["size"]
        shape = (steps, height, width)
        images = np.memmap(folder / "images.u8", np.uint8, "r", shape=(*shape, 3))
        saliency = None
        if index["saliency"]:
            saliency = np.memmap(folder / "saliency.u8", np.uint8, "r", shape=shape)
        return Cache(
            images=images,
            saliency=saliency,
            proprioception=np.load(folder / "proprioception.npy"),
            actions=np.load(folder / "actions.npy"),
            episodes=np.load(folder / "episodes.npy"),
            names=tuple(index["names"]),
            contract=parse_contract(index["contract"], str(folder / _INDEX)),
            dataset_sha256=identity,
            without_saliency=without,
        )
    except (OSError, ValueError, KeyError) as error:
        raise AfilError(f"the training cache {folder} is damaged ({error}); delete it") from error
