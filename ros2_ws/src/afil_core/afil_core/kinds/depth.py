"""Depth images, raw or compressed by ``compressed_depth_image_transport``."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.codecs.encodings import rows_of
from afil_core.codecs.image import COMPRESSED_IMAGE, IMAGE, decompress
from afil_core.errors import AfilError
from afil_core.kinds.base import Observation, StreamConfig
from afil_core.kinds.image import CameraConfig

_DTYPES: dict[str, type[np.generic]] = {
    "16UC1": np.uint16,
    "mono16": np.uint16,
    "32FC1": np.float32,
}
_METRES = {"m": 1.0, "mm": 1e-3}
# The transport puts its two quantization parameters before the PNG.
_HEADER_BYTES = 12


class Depth(Observation):
    """Distance along the optical axis: float32 [H, W], m; 0 where nothing was measured."""

    class Config(CameraConfig):
        """Options.

        Attributes:
            encoding: ``16UC1`` or ``32FC1``.
            unit: Unit of the messages; by convention mm for 16UC1, m for 32FC1.
            maximum_m: What lies further away counts as not measured.
        """

        renamed = {"shape": "size"}

        encoding: Literal["16UC1", "mono16", "32FC1"] = "16UC1"
        unit: Literal["mm", "m"] = "mm"
        maximum_m: float = 10.0

    types = (IMAGE, COMPRESSED_IMAGE)
    unit = "m"
    can_interpolate = False
    is_vector = False
    dtype = np.float32

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self._encoding, self._size = config.encoding, config.size
        self._scale, self._maximum_m = _METRES[config.unit], config.maximum_m

    @property
    def shape(self) -> tuple[int, ...]:
        """[H, W]."""
        return self._size

    def value(self, message: Any) -> NDArray[np.float32]:
        """Distances in metres."""
        if self.type == COMPRESSED_IMAGE:
            raw = self._decompressed(message)
        else:
            self._require(message.encoding)
            raw = rows_of(message, _DTYPES[self._encoding], 1)
        depth = raw.astype(np.float32) * np.float32(self._scale)
        measured = np.isfinite(depth) & (depth > 0) & (depth <= self._maximum_m)
        return np.where(measured, depth, np.float32(0))

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """A raw ``Image``."""
        if self.type == COMPRESSED_IMAGE:
            raise AfilError("compressed depth can't be sent; record the raw topic instead")
        kind = _DTYPES[self._encoding]
        scaled = value / self._scale
        raw = (np.rint(scaled) if kind is np.uint16 else scaled).astype(kind)
        height, width = raw.shape
        return messages.new(
            IMAGE,
            header=messages.header(stamp_ns, self.frame),
            height=height,
            width=width,
            encoding=self._encoding,
            step=raw.nbytes // height,
            data=np.frombuffer(raw.tobytes(), dtype=np.uint8),
        )

    def _require(self, encoding: str) -> None:
        if encoding != self._encoding:
            raise AfilError(
                f"a depth image is {encoding or 'of no encoding'}, but the contract says "
                f"{self._encoding} (observations.{self.name}.encoding); correct one of them"
            )

    def _decompressed(self, message: Any) -> NDArray[Any]:
        encoding, _, transport = message.format.partition(";")
        if "compressedDepth" not in transport or _DTYPES.get(encoding) is not np.uint16:
            raise AfilError(
                f"a compressed depth image has the format '{message.format}'; 16UC1 in "
                f"compressedDepth (PNG) can be read"
            )
        self._require(encoding)
        data = np.asarray(message.data, dtype=np.uint8)
        return decompress(data[_HEADER_BYTES:], cv2.IMREAD_UNCHANGED)
