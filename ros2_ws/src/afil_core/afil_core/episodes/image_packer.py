"""Raw camera images to compressed ones, as a recorder writes them."""

from __future__ import annotations

import time

import cv2
import numpy as np

from afil_core import messages
from afil_core.codecs.image import COMPRESSED_IMAGE
from afil_core.errors import AfilError
from afil_core.kinds import Observation


class ImagePacker:
    """Makes the messages of a packed stream of those of a raw one, and says what it costs.

    What is no image of the contract becomes an image without data, which readers leave out and
    count as they would the raw one.

    Args:
        raw: The stream as the camera sends it.
        kept: The stream as it is recorded.
    """

    def __init__(self, raw: Observation, kept: Observation) -> None:
        self._raw, self._kept = raw, kept
        self.topic, self.type = kept.topic, kept.type
        self._count = self._size = self._packed_size = 0
        self._cpu_s = 0.0

    def __call__(self, cdr: bytes) -> bytes:
        """The packed message of a raw one."""
        begun = time.thread_time()
        try:
            message = messages.deserialize(cdr, self._raw.type)
            packed = self._kept.message(self._raw.value(message), 0)
            packed.header = message.header
        # Foreign bytes must cost one image, not the recording.
        except (AfilError, ValueError, TypeError, cv2.error):
            stamp_ns = messages.peek_stamp(cdr) or 0
            packed = messages.new(
                COMPRESSED_IMAGE,
                header=messages.header(stamp_ns, self._raw.frame),
                data=np.zeros(0, np.uint8),
            )
        data = messages.serialize(packed)
        self._cpu_s += time.thread_time() - begun
        self._count += 1
        self._size += len(cdr)
        self._packed_size += len(data)
        return data

    @property
    def cost(self) -> str:
        """Processor time and what it saved, in one sentence."""
        if not self._count:
            return f"{self.topic}: no image was packed"
        return (
            f"{self.topic}: {self._count} images packed in {self._cpu_s:.1f} s of processor time "
            f"({1000 * self._cpu_s / self._count:.1f} ms each), {self._size / 1e6:.0f} MB to "
            f"{self._packed_size / 1e6:.0f} MB"
        )
