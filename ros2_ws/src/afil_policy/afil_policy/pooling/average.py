"""The mean over all positions."""

from __future__ import annotations

from torch import Tensor

from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Average(Pooling):
    """The mean of each channel; where something lies is lost.

    Args:
        config: Nothing to choose.
        shape: Channels, height and width of the feature map.
    """

    def __init__(self, config: Pooling.Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        del config
        self.size = shape[0]

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, C]."""
        return features.map.mean(dim=(2, 3))
