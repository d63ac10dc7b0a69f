"""Random changes of training images; cheap enough for two processor cores."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor

from afil_core.schema import Schema


class AugmentationConfig(Schema):
    """Random changes of training images; all zero means none.

    Attributes:
        shift: Largest shift in x and y, pixels at network resolution; maps move along.
        brightness: Largest offset added to all pixels, as a share of the full range.
        contrast: Largest relative change of the distance to the image's mean.
    """

    shift: int = Field(0, ge=0)
    brightness: float = Field(0.1, ge=0)
    contrast: float = Field(0.1, ge=0)


def shift(
    images: NDArray[np.uint8],
    maps: NDArray[np.uint8] | None,
    pixels: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Shift each sample by up to ``pixels`` in x and y, its map by the same.

    Args:
        images: uint8 [B, H, W, 3].
        maps: uint8 [B, H, W], or None.
        pixels: Largest shift.
        generator: Source of the shifts.

    Returns:
        Images whose border repeats, and maps whose border is filled with zeros: a border has
        no key object.
    """
    batch, height, width = images.shape[:3]
    offsets = generator.integers(-pixels, pixels + 1, size=(2, batch, 1))
    rows = np.arange(height) + offsets[0]
    columns = np.arange(width) + offsets[1]
    sample = np.arange(batch)[:, None, None]
    inner_rows = rows.clip(0, height - 1)[:, :, None]
    inner_columns = columns.clip(0, width - 1)[:, None, :]
    shifted = images[sample, inner_rows, inner_columns]
    if maps is None:
        return shifted, None
    inside = (rows == inner_rows[:, :, 0])[:, :, None] & (columns == inner_columns[:, 0])[:, None]
    return shifted, maps[sample, inner_rows, inner_columns] * inside


def photometric(images: Tensor, config: AugmentationConfig, generator: torch.Generator) -> Tensor:
    """Change brightness and contrast of each sample.

    Args:
        images: float32 [B, 3, H, W] in [-1, 1].
        config: Largest changes.
        generator: Source of the changes.

    Returns:
        The changed images, clamped to [-1, 1]; the input itself when nothing is to change.
    """
    if config.brightness == 0 and config.contrast == 0:
        return images
    random = torch.rand(2, images.shape[0], 1, 1, 1, generator=generator) * 2 - 1
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    changed = mean + (images - mean) * (1 + config.contrast * random[0])
    # The full range spans 2, so a share of it is twice as much here.
    return (changed + 2 * config.brightness * random[1]).clamp(-1, 1)
