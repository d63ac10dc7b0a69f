"""Names of image encodings and the conversions between them."""

from __future__ import annotations

import re

import cv2
import numpy as np

#: Channels of the colour encodings; depth is 8 bits unless the name ends in 16.
CHANNELS = {"mono8": 1, "mono16": 1, "bgr8": 3, "rgb8": 3, "bgra8": 4, "rgba8": 4, "bgr16": 3,
            "rgb16": 3, "bgra16": 4, "rgba16": 4}  # fmt: skip
BAYER = ("bayer_rggb", "bayer_bggr", "bayer_gbrg", "bayer_grbg")
YUV = ("yuv422", "yuv422_yuy2", "uyvy", "yuyv")
_TYPES = {"8U": np.uint8, "8S": np.int8, "16U": np.uint16, "16S": np.int16, "32S": np.int32,
          "32F": np.float32, "64F": np.float64}  # fmt: skip
_GENERIC = re.compile(r"^(8U|8S|16U|16S|32S|32F|64F)(?:C(\d+))?$")
# cv2 names Bayer patterns by their second row, ROS by the first.
_BAYER_CODE = {"bayer_rggb": "BG", "bayer_bggr": "RG", "bayer_gbrg": "GR", "bayer_grbg": "GB"}


class UnknownEncodingError(ValueError):
    """An encoding that is not known."""


def describe(encoding: str) -> tuple[np.dtype, int]:
    """Element type and number of channels of an encoding.

    Raises:
        UnknownEncodingError: It is not known.
    """
    if encoding in CHANNELS:
        return np.dtype(np.uint16 if encoding.endswith("16") else np.uint8), CHANNELS[encoding]
    if encoding[:-1] in BAYER or encoding[:-2] in BAYER:
        return np.dtype(np.uint16 if encoding.endswith("16") else np.uint8), 1
    if encoding in YUV:
        return np.dtype(np.uint8), 2
    match = _GENERIC.match(encoding)
    if match is None:
        raise UnknownEncodingError(f"Unrecognized image encoding [{encoding}]")
    return np.dtype(_TYPES[match[1]]), int(match[2] or 1)


def is_generic(encoding: str) -> bool:
    """Whether it names numbers (``32FC1``) and no colours."""
    return _GENERIC.match(encoding) is not None


def name_of(dtype: np.dtype, channels: int) -> str:
    """Generic encoding of an array, e.g. ``32FC1``.

    Raises:
        UnknownEncodingError: No encoding has that element type.
    """
    for name, kind in _TYPES.items():
        if np.dtype(kind) == dtype:
            return f"{name}C{channels}"
    raise UnknownEncodingError(f"no image encoding has elements of type {dtype}")


def _family(encoding: str) -> str:
    for bayer in BAYER:
        if encoding.startswith(bayer):
            return f"BAYER_{_BAYER_CODE[bayer]}"
    if encoding in YUV:
        return "YUV_YUY2" if encoding in ("yuv422_yuy2", "yuyv") else "YUV_UYVY"
    if encoding.startswith("mono"):
        return "GRAY"
    return encoding.rstrip("0123456789").upper()


def convert(image: np.ndarray, source: str, target: str) -> np.ndarray:
    """Convert colours and depth.

    Args:
        image: [H, W] or [H, W, C] in encoding ``source``.
        source: Encoding it has.
        target: Encoding wanted; ``passthrough`` keeps it.

    Raises:
        UnknownEncodingError: One is not known, or there is no way between them.
    """
    if target == "passthrough" or source == target:
        return image
    from_type, from_channels = describe(source)
    to_type, to_channels = describe(target)
    if is_generic(source) or is_generic(target):
        if from_channels != to_channels:
            raise UnknownEncodingError(
                f"[{source}] is not a color format. but [{target}] is. The conversion does not "
                "make sense"
            )
    else:
        before, after = _family(source), _family(target)
        if before != after:
            code = getattr(cv2, f"COLOR_{before}2{after}", None)
            if code is None:
                raise UnknownEncodingError(f"Unsupported conversion from [{source}] to [{target}]")
            image = cv2.cvtColor(image, code)
    if from_type == to_type:
        return image
    if from_type == np.uint16 and to_type == np.uint8 and not is_generic(target):
        return cv2.convertScaleAbs(image, alpha=255.0 / 65535.0)
    if from_type == np.uint8 and to_type == np.uint16 and not is_generic(target):
        return image.astype(np.uint16) * 257
    return image.astype(to_type)
