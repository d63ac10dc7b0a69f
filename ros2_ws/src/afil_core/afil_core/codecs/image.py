"""sensor_msgs/Image and CompressedImage to RGB arrays and back."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.codecs.encodings import SENDABLE, find_encoding, raw_to_rgb
from afil_core.errors import AfilError

IMAGE = "sensor_msgs/msg/Image"
COMPRESSED_IMAGE = "sensor_msgs/msg/CompressedImage"

# How a file of each format begins and ends: a cut one still decodes, to wrong pixels.
_FORMATS = {
    "jpeg": (b"\xff\xd8", b"\xff\xd9"),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "webp": (b"RIFF", b""),
    "tiff": (b"II*\x00", b""),
}
FORMATS = tuple(_FORMATS)
# Bytes of its signature; of length, type and checksum around what a chunk holds.
_PNG_SIGNATURE, _PNG_AROUND = 8, 12
_CODES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "tiff": ".tiff"}


def decode_image(message: Any) -> NDArray[np.uint8]:
    """RGB pixels of an image message.

    Args:
        message: ``sensor_msgs/Image`` in any encoding of
            :data:`afil_core.codecs.encodings.ENCODINGS`, or a ``sensor_msgs/CompressedImage``.

    Returns:
        uint8 [H, W, 3] RGB; may be a read-only view of the message.

    Raises:
        AfilError: When the encoding is not known or the data do not fit it.
    """
    if message.__msgtype__ == COMPRESSED_IMAGE:
        return decompress(np.asarray(message.data, dtype=np.uint8), cv2.IMREAD_COLOR_RGB)
    return raw_to_rgb(message)


def data_format(data: NDArray[np.uint8]) -> str:
    """Format of a compressed image by its first bytes.

    Raises:
        AfilError: When it is empty, cut off or of a format that is not known.
    """
    if not data.size:
        raise AfilError("a compressed image is empty; its camera or its transport failed")
    head, tail = data[:8].tobytes(), data[-64:].tobytes()
    for name, (begin, end) in _FORMATS.items():
        if head.startswith(begin):
            if end not in tail:
                raise AfilError(f"a compressed image ({name}) is cut off")
            return name
    raise AfilError(
        f"a compressed image is of no known format ({', '.join(FORMATS)}); it begins with "
        f"{head.hex(' ')}"
    )


def _require_whole_chunks(data: NDArray[np.uint8]) -> None:
    """OpenCV makes room for what a chunk of a PNG claims to have, before it reads the checksum."""
    at = _PNG_SIGNATURE
    while at < data.size:
        head = data[at : at + 8].tobytes()
        if head[4:] == b"IEND":
            return
        claimed = int.from_bytes(head[:4], "big")
        at += claimed + _PNG_AROUND
        if at > data.size:
            raise AfilError(
                f"a compressed image (png) is damaged and cannot be decoded: it has {data.size} "
                f"bytes, and one of its chunks claims {claimed}"
            )


def decompress(data: NDArray[np.uint8], flags: int) -> NDArray[Any]:
    """Pixels of a compressed image.

    Args:
        data: uint8 [N], the file.
        flags: Of ``cv2.imdecode``.

    Raises:
        AfilError: When it is empty, cut off or damaged.
    """
    name = data_format(data)
    if name == "png":
        _require_whole_chunks(data)
    try:
        pixels = cv2.imdecode(data, flags)
    except cv2.error as error:
        raise AfilError(f"a compressed image ({name}) cannot be decoded ({error.err})") from error
    if pixels is None:
        raise AfilError(f"a compressed image ({name}) is damaged and cannot be decoded")
    return np.asarray(pixels)


def image_message(
    pixels: NDArray[np.uint8], stamp_ns: int, frame_id: str, encoding: str = "rgb8"
) -> Any:
    """A ``sensor_msgs/Image`` of RGB pixels, or of a gray map for mono8.

    Args:
        pixels: uint8 [H, W, 3] RGB, or uint8 [H, W] with encoding mono8.
        stamp_ns: Time of exposure.
        frame_id: Optical frame of the camera.
        encoding: rgb8, bgr8, rgba8, bgra8 or mono8.

    Raises:
        AfilError: When it can't be sent in this encoding.
    """
    code = find_encoding(encoding).from_rgb
    if code == -1:
        raise AfilError(f"images can't be sent as '{encoding}'; use {', '.join(SENDABLE)}")
    if pixels.ndim == 3 and code is not None:
        pixels = np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), code), dtype=np.uint8)
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


def compressed_message(
    rgb: NDArray[np.uint8], stamp_ns: int, frame_id: str, name: str = "jpeg", quality: int = 95
) -> Any:
    """A ``sensor_msgs/CompressedImage`` of RGB pixels.

    Args:
        rgb: uint8 [H, W, 3].
        stamp_ns: Time of exposure.
        frame_id: Optical frame of the camera.
        name: One of :data:`FORMATS`.
        quality: Of a JPEG, 1 to 100.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if name == "jpeg" else []
    _, data = cv2.imencode(_CODES[name], cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)
    return messages.new(
        COMPRESSED_IMAGE,
        header=messages.header(stamp_ns, frame_id),
        format=f"rgb8; {name} compressed bgr8",
        data=np.asarray(data, dtype=np.uint8).reshape(-1),
    )
