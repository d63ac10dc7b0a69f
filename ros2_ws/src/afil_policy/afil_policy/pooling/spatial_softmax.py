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

    places: Tensor

    def __init__(self, config: Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, width = shape
        self.size = 2 * channels
        self._temperature = config.temperature
        x, y = torch.linspace(-1, 1, width), torch.linspace(-1, 1, height)
        places = torch.stack([x.repeat(height), y.repeat_interleave(width)])
        self.register_buffer("places", places, persistent=False)

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, 2 * C]: x and y of the first channel, of the second, ..."""
        # [B, h * w, C] is how channels_last lies in memory: nothing is moved.
        z = features.map.permute(0, 2, 3, 1).flatten(1, 2)
        if self._temperature != 1:
            z = z / self._temperature
        return (self.places @ torch.softmax(z, dim=1)).transpose(1, 2).flatten(1)
