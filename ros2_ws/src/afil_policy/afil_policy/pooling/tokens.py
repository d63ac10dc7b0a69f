"""All cells, one after the other."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from afil_core.schema import Schema
from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Tokens(Pooling):
    """Each cell as ``width`` numbers, cell by cell: what heads with a transformer look at.

    With their ``piece`` of the same width each cell is one token, as in Action Chunking with
    Transformers (arXiv 2304.13705).

    Args:
        config: Numbers of a cell.
        shape: Channels, height and width of the feature map.
    """

    class Config(Schema):
        """Options.

        Attributes:
            width: Numbers of a cell.
        """

        width: int = Field(64, ge=1)

    def __init__(self, config: Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, width = shape
        self.size = height * width * config.width
        self.cells = nn.Conv2d(channels, config.width, 1)

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, h * w * width]."""
        return self.cells(features.map).permute(0, 2, 3, 1).flatten(1)  # type: ignore[no-any-return]
