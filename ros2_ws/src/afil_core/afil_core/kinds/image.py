"""Raw camera images: ``sensor_msgs/Image``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from afil_core.codecs.encodings import find_encoding
from afil_core.codecs.image import IMAGE, decode_image, image_message
from afil_core.errors import AfilError
from afil_core.kinds.base import Observation, StreamConfig


class CameraConfig(StreamConfig):
    """What a contract says of a camera.

    Attributes:
        size: Height and width, pixels.
    """

    renamed = {"shape": "size", "unit": "encoding"}

    size: tuple[PositiveInt, PositiveInt]


class Image(Observation):
    """A color image: uint8 [H, W, 3] RGB."""

    class Config(CameraConfig):
        """Options.

        Attributes:
            encoding: Encoding that the messages must have; any of cv_bridge's.
        """

        encoding: str

    types = (IMAGE,)
    unit = "intensity"
    is_image = True
    is_vector = False
    can_interpolate = False
    dtype = np.uint8

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.encoding = config.encoding
        self._size = config.size
        try:
            find_encoding(config.encoding)
        except AfilError as error:
            raise AfilError(f"observations.{name}.encoding: {error}") from error

    @property
    def shape(self) -> tuple[int, ...]:
        """[H, W, 3]."""
        return (*self._size, 3)

    def value(self, message: Any) -> NDArray[np.uint8]:
        """RGB pixels; may be a read-only view of the message."""
        if message.encoding != self.encoding:
            raise AfilError(
                f"an image is {message.encoding or 'of no encoding'}, but the contract says "
                f"{self.encoding} (observations.{self.name}.encoding); set the camera driver, or "
                f"correct the contract"
            )
        return decode_image(message)

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """An ``Image`` in the contract's encoding."""
        return image_message(value, stamp_ns, self.frame, self.encoding)
