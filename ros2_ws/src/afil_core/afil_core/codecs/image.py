"""sensor_msgs/Image and CompressedImage to RGB arrays and back."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError

IMAGE = "sensor_msgs/msg/Image"
COMPRESSED_IMAGE = "sensor_msgs/msg/CompressedImage"

# Channels on the wire, and OpenCV's conversion to RGB (None: already RGB).
_TO_RGB: dict[str, tuple[int, int | None]] = {
    "rgb8": (3, None),
    "bgr8": (3, cv2.COLOR_BGR2RGB),
    "rgba8": (4, cv2.COLOR_RGBA2RGB),
    "bgra8": (4, cv2.COLOR_BGRA2RGB),
    "mono8": (1, cv2.COLOR_GRAY2RGB),
}
_FROM_RGB: dict[str, int | None] = {
    "rgb8": None,
    "bgr8": cv2.COLOR_RGB2BGR,
    "rgba8": cv2.COLOR_RGB2RGBA,
    "bgra8": cv2.COLOR_RGB2BGRA,
    "mono8": cv2.COLOR_RGB2GRAY,
}


def decode_image(message: Any) -> NDArray[np.uint8]:
    """RGB pixels of an image message.

    Args:
        message: ``sensor_msgs/Image`` (rgb8, bgr8, rgba8, bgra8 or mono8) or
            ``sensor_msgs/CompressedImage`` (JPEG or PNG).

    Returns:
        uint8 [H, W, 3] RGB; may be a read-only view of the message.

    Raises:
        AfilError: When the encoding is not known or the data do not fit the size.
    """
    if message.__msgtype__ == COMPRESSED_IMAGE:
        pixels = cv2.imdecode(np.asarray(message.data, dtype=np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise AfilError(f"a compressed image (format '{message.format}') cannot be decoded")
        return _convert(pixels, cv2.COLOR_BGR2RGB)
    if message.encoding not in _TO_RGB:
        known = ", ".join(_TO_RGB)
        raise AfilError(f"image encoding '{message.encoding}' is not supported; use {known}")
    channels, conversion = _TO_RGB[message.encoding]
    height, width, step = int(message.height), int(message.width), int(message.step)
    if step < width * channels or len(message.data) != height * step or not height * width:
        raise AfilError(
            f"an image of {width}x{height} {message.encoding} with step {step} cannot have "
            f"{len(message.data)} bytes"
        )
    rows = np.asarray(message.data, dtype=np.uint8).reshape(height, step)
    pixels = rows[:, : width * channels].reshape(height, width, channels)
    return pixels if conversion is None else _convert(pixels, conversion)


def image_message(
    pixels: NDArray[np.uint8], stamp_ns: int, frame_id: str, encoding: str = "rgb8"
) -> Any:
    """A ``sensor_msgs/Image`` of RGB pixels, or of a grey map for mono8.

    Args:
        pixels: uint8 [H, W, 3] RGB, or uint8 [H, W] with encoding mono8.
        stamp_ns: Time of exposure.
        frame_id: Optical frame of the camera.
        encoding: rgb8, bgr8, rgba8, bgra8 or mono8.

    Raises:
        AfilError: When the encoding is not known.
    """
    if encoding not in _FROM_RGB:
        raise AfilError(
            f"image encoding '{encoding}' is not supported; use {', '.join(_FROM_RGB)}"
        )
    conversion = _FROM_RGB[encoding]
    if pixels.ndim == 3 and conversion is not None:
        pixels = _convert(pixels, conversion)
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).reshape(-1)
    return messages.new(
        IMAGE,
        header=messages.header(stamp_ns, frame_id),
        height=height,
        width=width,
        encoding=encoding,
        step=data.size // height,
        data=data,
    )


def _convert(pixels: Any, conversion: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), conversion), dtype=np.uint8)
