"""Pooling ``strongest``: the greatest value of each feature."""

from __future__ import annotations

from torch import Tensor

from afil_core.schema import Schema
from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Strongest(Pooling):
    """Whether a feature is anywhere in the image.

    Args:
        config: No options.
        shape: Channels, height and width of the feature map.
    """

    def __init__(self, config: Schema, shape: tuple[int, int, int]) -> None:
        super().__init__()
        del config
        self.size = shape[0]

    def forward(self, features: Features) -> Tensor:
        """Pool float32 [B, C, h, w] to [B, C]."""
        return features.map.amax(dim=(2, 3))
