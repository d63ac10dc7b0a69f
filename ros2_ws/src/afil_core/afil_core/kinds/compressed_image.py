"""Compressed camera images: ``sensor_msgs/CompressedImage``."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.codecs.image import (
    COMPRESSED_IMAGE,
    compressed_message,
    data_format,
    decompress,
)
from afil_core.errors import AfilError
from afil_core.kinds.base import Observation, StreamConfig
from afil_core.kinds.image import CameraConfig


class CompressedImage(Observation):
    """A color image: uint8 [H, W, 3] RGB."""

    class Config(CameraConfig):
        """Options.

        Attributes:
            format: Format that the data must have.
            quality: Of a JPEG that a simulated camera sends.
        """

        format: Literal["jpeg", "png", "webp", "tiff"] = "jpeg"
        quality: int = 95

    types = (COMPRESSED_IMAGE,)
    unit = "intensity"
    is_image = True
    is_vector = False
    can_interpolate = False
    dtype = np.uint8

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self._format, self._quality, self._size = config.format, config.quality, config.size

    @property
    def shape(self) -> tuple[int, ...]:
        """[H, W, 3]."""
        return (*self._size, 3)

    def value(self, message: Any) -> NDArray[np.uint8]:
        """RGB pixels."""
        data = np.asarray(message.data, dtype=np.uint8)
        found = data_format(data)
        if found != self._format:
            raise AfilError(
                f"a compressed image is {found}, but the contract says {self._format} "
                f"(observations.{self.name}.format); correct one of them"
            )
        return np.asarray(decompress(data, cv2.IMREAD_COLOR_RGB), dtype=np.uint8)

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """A ``CompressedImage`` in the contract's format."""
        return compressed_message(value, stamp_ns, self.frame, self._format, self._quality)
