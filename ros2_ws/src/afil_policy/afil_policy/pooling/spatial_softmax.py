"""The expected position of each channel."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from afil_core.schema import Schema
from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class SpatialSoftmax(Pooling):
    """Each channel c becomes its expected position ``sum_xy softmax(z_c / T) (x, y)``.

    x and y lie in [-1, 1]. Source: Levine et al., "End-to-End Training of Deep Visuomotor
    Policies", JMLR 17, 2016.

    Args:
        config: The temperature.
        shape: Channels, height and width of the feature map.
    """

    class Config(Schema):
        """Options.

        Attributes:
            temperature: T.
        """

        temperature: float = Field(1.0, gt=0)

    grid_x: Tensor
    grid_y: Tensor

    def __init__(self, config: Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, width = shape
        self.size = 2 * channels
        self._temperature = config.temperature
        self.register_buffer("grid_x", torch.linspace(-1, 1, width), persistent=False)
        self.register_buffer("grid_y", torch.linspace(-1, 1, height), persistent=False)

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, 2 * C]: x and y of the first channel, of the second, ..."""
        z = features.map
        share = torch.softmax(z.flatten(2) / self._temperature, dim=2).view(z.shape)
        x = share.sum(dim=2) @ self.grid_x
        y = share.sum(dim=3) @ self.grid_y
        return torch.stack([x, y], dim=2).flatten(1)
