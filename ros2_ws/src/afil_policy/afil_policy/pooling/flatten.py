"""All of the feature map."""

from __future__ import annotations

from math import prod

from torch import Tensor

from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Flatten(Pooling):
    """The whole map in one vector; nothing is lost, and the head grows with the image.

    Args:
        config: Nothing to choose.
        shape: Channels, height and width of the feature map.
    """

    def __init__(self, config: Pooling.Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        del config
        self.size = prod(shape)

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, C * h * w]."""
        return features.map.flatten(1)
