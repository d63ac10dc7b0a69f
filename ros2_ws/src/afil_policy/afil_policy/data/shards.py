"""Shards: one episode at network resolution, in files that are memory mapped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afil_core import schema, storage
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.imaging import resize_map
from afil_core.schema import Schema
from afil_policy.data.transforms import ObservationTransform

FORMAT = 2

_INDEX = "index.json"
_HASHED_BYTES = 1 << 20


class ShardIndex(Schema):
    """What ``index.json`` of a shard holds.

    Attributes:
        format: Version of the format.
        episode: Name of the episode.
        steps: Number of steps, N.
        size: Height and width of images and maps, pixels.
        cameras: Cameras, each with a file ``<camera>.images.u8`` of uint8 [N, H, W, 3].
        saliency: Those with a file ``<camera>.saliency.u8`` of uint8 [N, H, W].
        lost_share: Share of the episode's ticks that could not be used.
        left_out: What was left out and why, a sentence; empty where nothing was.
        sha256: Of each file.
    """

    format: int
    episode: str
    steps: int
    size: tuple[int, int]
    cameras: tuple[str, ...]
    saliency: tuple[str, ...]
    lost_share: float
    left_out: str
    sha256: dict[str, str]


@dataclass(frozen=True)
class Shard:
    """N steps of one episode, in order.

    Attributes:
        index: What it holds.
        images: By camera: uint8 [N, H, W, 3], memory mapped.
        saliency: By camera that has maps: uint8 [N, H, W], memory mapped.
        proprioception: float32 [N, P], encoded and not normalized.
        actions: float32 [N, D], in the contract's units.
        stamps_ns: int64 [N].
    """

    index: ShardIndex
    images: Mapping[str, NDArray[np.uint8]]
    saliency: Mapping[str, NDArray[np.uint8]]
    proprioception: NDArray[np.float32]
    actions: NDArray[np.float32]
    stamps_ns: NDArray[np.int64]


def shard_folder(
    root: Path, episode: Episode, fingerprint: str, transform: ObservationTransform
) -> Path:
    """Where the shard of an episode lies: another one when episode or settings change.

    Args:
        root: Folder of the shards.
        episode: The episode.
        fingerprint: Identity of the episode with its sidecars.
        transform: Which streams, which size.
    """
    parts = [FORMAT, fingerprint, transform.cameras, transform.size, transform.labels]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return root / f"{episode.path.name}-{key}"


def write_shard(folder: Path, episode: Episode, transform: ObservationTransform) -> None:
    """Read an episode into a shard; memory does not grow with its length.

    Args:
        folder: Where the shard goes; it appears whole or not at all.
        episode: The episode.
        transform: Which streams, which size.

    Raises:
        AfilError: When the episode is damaged, nothing of it can be used or a saliency map is
            missing, or the disk refuses.
    """
    with_maps = cameras_with_maps(episode, transform.cameras)
    proprioception, actions, stamps_ns = [], [], []
    with storage.replacing(folder) as draft:
        draft.mkdir()
        with ExitStack() as stack:
            images = {
                camera: stack.enter_context(_HashedFile(draft / f"{camera}.images.u8"))
                for camera in transform.cameras
            }
            maps = {
                camera: stack.enter_context(_HashedFile(draft / f"{camera}.saliency.u8"))
                for camera in with_maps
            }
            targets = {camera: _Maps(episode, camera) for camera in with_maps}
            reader = episode.steps(transform.streams)
            for step in reader:
                for camera, image in transform.images(step.observations).items():
                    images[camera].write(image)
                for camera, target in targets.items():
                    maps[camera].write(resize_map(target.at(step.stamp_ns), transform.size))
                proprioception.append(transform.proprioception(step.observations))
                actions.append(step.action.astype(np.float32))
                stamps_ns.append(step.stamp_ns)
        left_out = reader.left_out
        left_out.require(max_share=1.0)
        hashes = {file.name: file.sha256 for file in [*images.values(), *maps.values()]}
        arrays: dict[str, NDArray[Any]] = {
            "proprioception": np.stack(proprioception),
            "actions": np.stack(actions),
            "stamps_ns": np.array(stamps_ns, np.int64),
        }
        for name, array in arrays.items():
            with _HashedFile(draft / f"{name}.npy") as file:
                np.save(file, array, allow_pickle=False)
            hashes[file.name] = file.sha256
        index = ShardIndex(
            format=FORMAT,
            episode=episode.path.name,
            steps=len(stamps_ns),
            size=transform.size,
            cameras=transform.cameras,
            saliency=with_maps,
            lost_share=left_out.share,
            left_out=left_out.summary(),
            sha256=hashes,
        )
        text = json.dumps(schema.to_plain(index), indent=1)
        (draft / _INDEX).write_text(text, encoding="utf-8")


def open_shard(folder: Path) -> Shard | None:
    """Open a shard and compare its files with their hashes.

    Returns:
        The shard; None when there is none, or it is not what was written.
    """
    try:
        index = schema.load(ShardIndex, folder / _INDEX)
        if any(_sha256(folder / name) != value for name, value in index.sha256.items()):
            return None
    except (AfilError, OSError):
        return None
    shape = (index.steps, *index.size)
    return Shard(
        index=index,
        images={c: _mapped(folder / f"{c}.images.u8", (*shape, 3)) for c in index.cameras},
        saliency={c: _mapped(folder / f"{c}.saliency.u8", shape) for c in index.saliency},
        proprioception=np.load(folder / "proprioception.npy"),
        actions=np.load(folder / "actions.npy"),
        stamps_ns=np.load(folder / "stamps_ns.npy"),
    )


def cameras_with_maps(episode: Episode, cameras: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some cameras for which an episode has saliency maps."""
    contract = episode.contract
    return tuple(c for c in cameras if episode.sidecar.has_maps(contract.stream(c).topic))


class _Maps:
    """The saliency maps of a camera, asked for in the order of time."""

    def __init__(self, episode: Episode, camera: str) -> None:
        self._episode = episode
        self._maps: Iterator[tuple[int, NDArray[np.uint8]]] = episode.saliency_maps(camera)

    def at(self, stamp_ns: int) -> NDArray[np.uint8]:
        """The map of the image with a stamp, uint8 [H, W]."""
        for found_ns, saliency in self._maps:
            if found_ns == stamp_ns:
                return saliency
            if found_ns > stamp_ns:
                break
        raise AfilError(
            f"{self._episode.saliency_path} has no map for the image of stamp {stamp_ns} ns; "
            f"delete that folder and run `ros2 launch afil_perception perceive.launch.py "
            f"dataset:={self._episode.path.parent}` again"
        )


class _HashedFile:
    """A file that is hashed while it is written."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file = path.open("wb")
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()

    def write(self, data: NDArray[np.generic] | bytes) -> int:
        """Append bytes or an array's."""
        if isinstance(data, np.ndarray):
            data = np.ascontiguousarray(data).tobytes()
        self._digest.update(data)
        return self._file.write(data)

    def __enter__(self) -> _HashedFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _mapped(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    # np.memmap keeps a file descriptor each, and a thousand episodes are more than there are.
    values: NDArray[np.uint8] = torch.from_file(
        str(path), shared=False, size=prod(shape), dtype=torch.uint8
    ).numpy()
    values.flags.writeable = False
    return values.reshape(shape)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASHED_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
