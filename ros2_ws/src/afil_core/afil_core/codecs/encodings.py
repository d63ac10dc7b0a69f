"""Every image encoding that cameras send, to RGB by OpenCV.

The names are those of ``sensor_msgs/image_encodings.hpp`` with the aliases that drivers use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError

Pixels = NDArray[Any]


@dataclass(frozen=True)
class Encoding:
    """How pixels lie in a message.

    Attributes:
        dtype: Type of one number.
        channels: Numbers per pixel in a row of the message.
        to_rgb: Code of ``cv2.cvtColor``; None where the pixels are RGB already.
        planar: Rows of the message per row of the image: 1.5 for NV12 and NV21, 3 for NV24.
        from_rgb: Code that goes back; None where there is no need, -1 where there is none.
    """

    dtype: type[np.generic]
    channels: int
    to_rgb: int | None
    planar: float = 1
    from_rgb: int | None = -1


def _bayer() -> dict[str, Encoding]:
    # ROS names the top left 2x2 pixels, OpenCV the second row's second and third.
    codes = {
        "rggb": cv2.COLOR_BayerBG2RGB,
        "bggr": cv2.COLOR_BayerRG2RGB,
        "gbrg": cv2.COLOR_BayerGR2RGB,
        "grbg": cv2.COLOR_BayerGB2RGB,
    }
    found = {}
    for order, code in codes.items():
        found[f"bayer_{order}8"] = Encoding(np.uint8, 1, code)
        found[f"bayer_{order}16"] = Encoding(np.uint16, 1, code)
    return found


def _table() -> dict[str, Encoding]:
    table: dict[str, Encoding] = {}
    colors: tuple[tuple[str, int, int | None, int | None], ...] = (
        ("mono", 1, cv2.COLOR_GRAY2RGB, cv2.COLOR_RGB2GRAY),
        ("rgb", 3, None, None),
        ("bgr", 3, cv2.COLOR_BGR2RGB, cv2.COLOR_RGB2BGR),
        ("rgba", 4, cv2.COLOR_RGBA2RGB, cv2.COLOR_RGB2RGBA),
        ("bgra", 4, cv2.COLOR_BGRA2RGB, cv2.COLOR_RGB2BGRA),
    )
    for name, channels, to_rgb, from_rgb in colors:
        table[f"{name}8"] = Encoding(np.uint8, channels, to_rgb, from_rgb=from_rgb)
        table[f"{name}16"] = Encoding(np.uint16, channels, to_rgb)
    # Without a color in its name a type means what cv_bridge takes it for.
    for alias, meant in {
        "8UC1": "mono8",
        "8UC3": "bgr8",
        "8UC4": "bgra8",
        "16UC1": "mono16",
        "16UC3": "bgr16",
        "16UC4": "bgra16",
    }.items():
        table[alias] = table[meant]
    for names, code in (
        (("yuv422", "uyvy"), cv2.COLOR_YUV2RGB_UYVY),
        (("yuv422_yuy2", "yuyv", "yuy2"), cv2.COLOR_YUV2RGB_YUY2),
    ):
        table |= dict.fromkeys(names, Encoding(np.uint8, 2, code))
    table["nv12"] = Encoding(np.uint8, 1, cv2.COLOR_YUV2RGB_NV12, planar=1.5)
    table["nv21"] = Encoding(np.uint8, 1, cv2.COLOR_YUV2RGB_NV21, planar=1.5)
    table["nv24"] = Encoding(np.uint8, 1, cv2.COLOR_YUV2RGB, planar=3)
    return table | _bayer()


ENCODINGS = _table()
# What a contract may name and a simulated camera can send.
SENDABLE = tuple(sorted(name for name, e in ENCODINGS.items() if e.from_rgb != -1))


def find_encoding(name: str) -> Encoding:
    """The encoding of a name, upper or lower case.

    Raises:
        AfilError: When it is not known.
    """
    found = ENCODINGS.get(name) or ENCODINGS.get(name.lower())
    if found is None:
        raise AfilError(
            f"image encoding '{name}' is not supported; set the camera driver to one of "
            f"{', '.join(ENCODINGS)}"
        )
    return found


def rows_of(message: Any, dtype: Any, channels: int, planar: float = 1) -> Pixels:
    """The pixels of a raw image message, without its row padding.

    Args:
        message: ``sensor_msgs/Image``.
        dtype: Type of one number.
        channels: Numbers per pixel.
        planar: Rows of the message per row of the image.

    Returns:
        [H * planar, W, channels], or [H * planar, W] for one channel; native byte order; may
        be a read-only view of the message.

    Raises:
        AfilError: When the data do not fit the size.
    """
    height, width, step = int(message.height), int(message.width), int(message.step)
    kind = np.dtype(dtype)
    rows = int(height * planar)
    row_bytes = width * channels * kind.itemsize
    data = np.asarray(message.data, dtype=np.uint8)
    if not height * width or step < row_bytes or data.size != rows * step:
        raise AfilError(
            f"an image of {width}x{height} {message.encoding} with step {step} cannot have "
            f"{data.size} bytes"
        )
    pixels: Pixels = data if step == row_bytes else data.reshape(rows, step)[:, :row_bytes]
    if kind.itemsize > 1:
        kind = kind.newbyteorder(">" if message.is_bigendian else "<")
        pixels = np.ascontiguousarray(pixels).reshape(-1).view(kind)
        pixels = pixels.astype(kind.newbyteorder("="), copy=False)
    shape = (rows, width) if channels == 1 else (rows, width, channels)
    return pixels.reshape(shape)


def raw_to_rgb(message: Any) -> NDArray[np.uint8]:
    """RGB pixels of a ``sensor_msgs/Image``; see :func:`afil_core.codecs.decode_image`."""
    encoding = find_encoding(message.encoding)
    pixels = rows_of(message, encoding.dtype, encoding.channels, encoding.planar)
    if encoding.dtype is np.uint16:
        # The full range of 16 bits becomes that of 8, as cv_bridge scales it.
        pixels = (pixels >> 8).astype(np.uint8)
    if encoding.to_rgb is None:
        return np.asarray(pixels, dtype=np.uint8)
    convert = _nv24 if encoding.planar == 3 else _convert
    return convert(pixels, encoding.to_rgb)


def _convert(pixels: Pixels, code: int) -> NDArray[np.uint8]:
    try:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), code), dtype=np.uint8)
    except cv2.error as error:
        raise AfilError(f"an image cannot be converted to RGB ({error.err})") from error


def _nv24(pixels: Pixels, code: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[0] // 3, pixels.shape[1]
    luma = pixels[:height]
    chroma = pixels[height:].reshape(height, width, 2)
    # OpenCV's three-channel YUV has V before U in neither name; it takes Y, U, V.
    return _convert(np.dstack([luma, chroma[..., 0], chroma[..., 1]]), code)
