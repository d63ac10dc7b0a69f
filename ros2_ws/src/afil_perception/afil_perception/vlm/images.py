"""Images on their way to a model: no larger than asked for, as the bytes of a file."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from afil_core.errors import AfilError
from afil_perception.clips.clip import Rgb

ImageFormat = Literal["jpeg", "png", "webp"]

# Side of the square that is one token after merging in Qwen-VL's vision towers, pixels.
_TOKEN_SIDE = 28


def fitted(rgb: Rgb, longest_side: int) -> Rgb:
    """An image scaled down so that no side is longer; one that fits is returned as it is.

    Args:
        rgb: uint8 [H, W, 3].
        longest_side: Pixels.
    """
    height, width = rgb.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def data_url(rgb: Rgb, image_format: ImageFormat, quality: int) -> str:
    """An image as a ``data:`` URL.

    Raises:
        AfilError: When it can't be encoded.
    """
    flags = {
        "jpeg": [cv2.IMWRITE_JPEG_QUALITY, quality],
        "webp": [cv2.IMWRITE_WEBP_QUALITY, quality],
    }
    done, data = cv2.imencode(f".{image_format}", rgb[:, :, ::-1], flags.get(image_format, []))
    if not done:
        raise AfilError(f"an image of {rgb.shape} can't be written as {image_format}")
    return f"data:image/{image_format};base64,{base64.b64encode(data.tobytes()).decode()}"


def image_tokens(images: Sequence[Rgb]) -> int:
    """About how many tokens images are, as Qwen-VL counts: one for each 28x28 pixels."""
    return sum(
        math.ceil(i.shape[0] / _TOKEN_SIDE) * math.ceil(i.shape[1] / _TOKEN_SIDE) for i in images
    )
