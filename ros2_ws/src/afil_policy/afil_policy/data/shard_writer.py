"""Writing a shard: one episode at network resolution; knows no torch, as workers are light."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import schema, storage
from afil_core.commander import Commander
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.imaging import resize_map
from afil_core.saliency.sidecar import Sidecar
from afil_core.schema import Schema
from afil_policy.data.preparation import Preparation

FORMAT = 4
INDEX = "index.json"
MAPS = "saliency.u8"

# Who commanded each step; a handover is seen and never imitated.
NOBODY, HUMAN, POLICY, HANDOVER = 0, 1, 2, 3
_COMMANDERS = {None: NOBODY, Commander.HUMAN: HUMAN, Commander.POLICY: POLICY}


class ShardIndex(Schema):
    """What ``index.json`` of a shard holds.

    Attributes:
        format: Version of the format.
        episode: Name of the episode.
        instruction: Its task in words.
        steps: Number of steps, N.
        size: Height and width of images and maps, pixels.
        cameras: Cameras, each with a file ``<camera>.<suffix>`` of [N, H, W, C].
        saliency: Those with a file ``<camera>.saliency.u8`` of uint8 [N, H, W].
        lost_share: Share of the episode's ticks that could not be used.
        left_out: What was left out and why, a sentence; empty where nothing was.
        sha256: Of each file.
    """

    format: int
    episode: str
    instruction: str
    steps: int
    size: tuple[int, int]
    cameras: tuple[str, ...]
    saliency: tuple[str, ...]
    lost_share: float
    left_out: str
    sha256: dict[str, str]


def shard_folder(
    root: Path,
    episode: Episode,
    fingerprint: str,
    preparation: Preparation,
    maps_folder: str | None,
) -> Path:
    """Where the shard of an episode lies: another one when episode or settings change.

    Args:
        root: Folder of the shards.
        episode: The episode.
        fingerprint: Identity of the episode with its sidecars.
        preparation: Which streams, which size.
        maps_folder: Sidecar of the maps; None for no maps.
    """
    cameras = [
        (c.name, c.suffix, c.range_m if c.channels == 1 else 0.0)
        for c in preparation.stored.values()
    ]
    parts = [FORMAT, fingerprint, cameras, preparation.size, preparation.labels, maps_folder]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return root / f"{episode.path.name}-{key}"


def write_shard(
    folder: Path, episode: Episode, preparation: Preparation, maps_folder: str | None
) -> None:
    """Read an episode into a shard; memory does not grow with its length.

    Args:
        folder: Where the shard goes; it appears whole or not at all.
        episode: The episode.
        preparation: Which streams, which size.
        maps_folder: Sidecar of the maps; None for no maps.

    Raises:
        AfilError: When the episode is damaged, nothing of it can be used or a saliency map is
            missing, or the disk refuses.
    """
    with_maps = cameras_with_maps(episode, preparation.cameras, maps_folder)
    proprioception, actions, stamps_ns, commanders = [], [], [], []
    with storage.replacing(folder) as draft:
        draft.mkdir()
        with ExitStack() as stack:
            images = {
                name: stack.enter_context(_HashedFile(draft / f"{name}.{camera.suffix}"))
                for name, camera in preparation.stored.items()
            }
            maps = {
                camera: stack.enter_context(_HashedFile(draft / f"{camera}.{MAPS}"))
                for camera in with_maps
            }
            targets = {camera: _Maps(episode, camera, maps_folder or "") for camera in with_maps}
            reader = episode.steps(preparation.streams, handovers=True)
            for step in reader:
                for camera, image in preparation.images(step.observations).items():
                    images[camera].write(image)
                for camera, target in targets.items():
                    maps[camera].write(resize_map(target.at(step.stamp_ns), preparation.size))
                proprioception.append(preparation.proprioception(step.observations))
                actions.append(step.action.astype(np.float32))
                stamps_ns.append(step.stamp_ns)
                commanders.append(HANDOVER if step.is_handover else _COMMANDERS[step.commander])
        left_out = reader.left_out
        left_out.require(max_share=1.0)
        hashes = {file.name: file.sha256 for file in [*images.values(), *maps.values()]}
        arrays: dict[str, NDArray[Any]] = {
            "proprioception": np.stack(proprioception),
            "actions": np.stack(actions),
            "stamps_ns": np.array(stamps_ns, np.int64),
            "commanders": np.array(commanders, np.uint8),
        }
        for name, array in arrays.items():
            with _HashedFile(draft / f"{name}.npy") as file:
                np.save(file, array, allow_pickle=False)
            hashes[file.name] = file.sha256
        index = ShardIndex(
            format=FORMAT,
            episode=episode.path.name,
            instruction=episode.metadata.instruction,
            steps=len(stamps_ns),
            size=preparation.size,
            cameras=preparation.cameras,
            saliency=with_maps,
            lost_share=left_out.share,
            left_out=left_out.summary(),
            sha256=hashes,
        )
        text = json.dumps(schema.to_plain(index), indent=1)
        (draft / INDEX).write_text(text, encoding="utf-8")


def cameras_with_maps(
    episode: Episode, cameras: tuple[str, ...], maps_folder: str | None
) -> tuple[str, ...]:
    """Those of some cameras for which an episode has saliency maps in a sidecar."""
    if maps_folder is None:
        return ()
    sidecar, contract = Sidecar(episode.path, maps_folder), episode.contract
    return tuple(c for c in cameras if sidecar.has_maps(contract.stream(c).topic))


class _Maps:
    """The saliency maps of a camera, asked for in the order of time."""

    def __init__(self, episode: Episode, camera: str, folder: str) -> None:
        self._dataset = episode.path.parent
        self._sidecar = Sidecar(episode.path, folder)
        topic = episode.contract.stream(camera).topic
        self._maps: Iterator[tuple[int, NDArray[np.uint8]]] = self._sidecar.maps(topic)

    def at(self, stamp_ns: int) -> NDArray[np.uint8]:
        """The map of the image with a stamp, uint8 [H, W]."""
        for found_ns, saliency in self._maps:
            if found_ns == stamp_ns:
                return saliency
            if found_ns > stamp_ns:
                break
        raise AfilError(
            f"{self._sidecar.path} has no map for the image of stamp {stamp_ns} ns; "
            f"delete that folder and run `ros2 launch afil_perception perceive.launch.py "
            f"dataset:={self._dataset}` again"
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

    def write(self, data: NDArray[Any] | bytes) -> int:
        """Append bytes or an array's."""
        flat = np.ascontiguousarray(data).data if isinstance(data, np.ndarray) else data
        self._digest.update(flat)
        return self._file.write(flat)

    def __enter__(self) -> _HashedFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
