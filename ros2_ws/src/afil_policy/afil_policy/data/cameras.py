"""How the frames of a camera are kept in the training cache; knows no torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.imaging import resize, resize_depth

_MM = 1000.0


@dataclass(frozen=True)
class StoredCamera(ABC):
    """A camera's frames at network resolution, as integers.

    Attributes:
        name: Name of the stream.
        size: Height and width, pixels.
        range_m: What the depth of a pixel is at most, m.
        channels: Channels of a frame.
        dtype: Type of its numbers.
        suffix: Of the file that holds them.
    """

    name: str
    size: tuple[int, int]
    range_m: float
    channels: ClassVar[int]
    dtype: ClassVar[type[np.generic]]
    suffix: ClassVar[str]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of a frame."""
        return (*self.size, self.channels)

    @property
    @abstractmethod
    def half_range(self) -> float:
        """The number in the middle of what a network sees, where it is 0."""

    @abstractmethod
    def store(self, value: NDArray[Any]) -> NDArray[Any]:
        """A frame as the contract decodes it, as [H, W, C] of :attr:`dtype`."""


class ColorCamera(StoredCamera):
    """Color images: uint8 [H, W, 3]."""

    channels = 3
    dtype = np.uint8
    suffix = "images.u8"

    @property
    def half_range(self) -> float:
        """Half of 255."""
        return 127.5

    def store(self, value: NDArray[Any]) -> NDArray[Any]:
        """The image, resized."""
        return resize(value, self.size)


class DepthCamera(StoredCamera):
    """Depth images: uint16 [H, W, 1], mm; 0 where nothing was measured."""

    channels = 1
    dtype = np.uint16
    suffix = "depth.u16"

    @property
    def half_range(self) -> float:
        """Half of the range, mm."""
        return self.range_m * _MM / 2

    def store(self, value: NDArray[Any]) -> NDArray[Any]:
        """The distances, resized, and at most the range."""
        millimetres = resize_depth(value, self.size).clip(0, self.range_m) * _MM
        return np.rint(millimetres).astype(np.uint16)[..., None]


def stored_camera(
    contract: Contract, name: str, size: tuple[int, int], range_m: float
) -> StoredCamera:
    """How the frames of a stream are kept.

    Raises:
        AfilError: When the stream is no camera.
    """
    dimensions = len(contract.stream(name).shape)
    kinds: dict[int, type[StoredCamera]] = {2: DepthCamera, 3: ColorCamera}
    if dimensions not in kinds:
        raise AfilError(
            f"data.cameras names '{name}', which contract '{contract.robot}' does not have as a "
            "camera; name streams of images or of depth, or move it to data.proprioception"
        )
    return kinds[dimensions](name, size, range_m)
