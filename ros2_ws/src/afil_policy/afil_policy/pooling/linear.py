"""One linear layer over all of the feature map."""

from __future__ import annotations

from math import prod

from pydantic import Field
from torch import Tensor, nn

from afil_core.schema import Schema
from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Linear(Pooling):
    """The whole map in one vector, and a linear layer without activation.

    Source: the latent of the driving policy of GABRIL (arXiv 2507.19647) and AutoFocus-IL (arXiv
    2511.18617), 48,640 numbers to 256.

    Args:
        config: Length of the vector.
        shape: Channels, height and width of the feature map.
    """

    class Config(Schema):
        """Options.

        Attributes:
            width: Length of the vector.
        """

        width: int = Field(256, ge=1)

    def __init__(self, config: Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.size = config.width
        self.layer = nn.Linear(prod(shape), config.width)

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, width]."""
        return self.layer(features.map.flatten(1))  # type: ignore[no-any-return]
