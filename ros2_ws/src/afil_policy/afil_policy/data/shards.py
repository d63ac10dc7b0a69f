"""Shards as training reads them: files that are memory mapped, held against their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.data.cameras import StoredCamera
from afil_policy.data.shard_writer import INDEX, MAPS, ShardIndex

_HASHED_BYTES = 1 << 20
_TORCH = {np.uint8: torch.uint8, np.uint16: torch.uint16}


@dataclass(frozen=True)
class Shard:
    """N steps of one episode, in order.

    Attributes:
        index: What it holds.
        images: By camera: [N, H, W, C], uint8 or for depth uint16, memory mapped.
        saliency: By camera that has maps: uint8 [N, H, W], memory mapped.
        proprioception: float32 [N, P], encoded and not normalized.
        actions: float32 [N, D], in the contract's units.
        stamps_ns: int64 [N].
        commanders: uint8 [N]: who commanded, a person, a policy, or nobody said.
    """

    index: ShardIndex
    images: Mapping[str, NDArray[Any]]
    saliency: Mapping[str, NDArray[np.uint8]]
    proprioception: NDArray[np.float32]
    actions: NDArray[np.float32]
    stamps_ns: NDArray[np.int64]
    commanders: NDArray[np.uint8]


def open_shard(folder: Path, cameras: Mapping[str, StoredCamera]) -> Shard | None:
    """Open a shard and compare its files with their hashes.

    Args:
        folder: The shard.
        cameras: How the frames of its cameras are kept.

    Returns:
        The shard; None when there is none, or it is not what was written.
    """
    try:
        index = schema.load(ShardIndex, folder / INDEX)
        if any(_sha256(folder / name) != value for name, value in index.sha256.items()):
            return None
    except (AfilError, OSError):
        return None
    steps = index.steps
    return Shard(
        index=index,
        images={
            name: _mapped(folder / f"{name}.{c.suffix}", (steps, *c.shape), c.dtype)
            for name, c in cameras.items()
        },
        saliency={
            c: _mapped(folder / f"{c}.{MAPS}", (steps, *index.size), np.uint8)
            for c in index.saliency
        },
        proprioception=np.load(folder / "proprioception.npy"),
        actions=np.load(folder / "actions.npy"),
        stamps_ns=np.load(folder / "stamps_ns.npy"),
        commanders=np.load(folder / "commanders.npy"),
    )


def _mapped(path: Path, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    # np.memmap keeps a file descriptor each, and a thousand episodes are more than there are.
    values: NDArray[Any] = torch.from_file(
        str(path), shared=False, size=prod(shape), dtype=_TORCH[dtype]
    ).numpy()
    values.flags.writeable = False
    return values.reshape(shape)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASHED_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
