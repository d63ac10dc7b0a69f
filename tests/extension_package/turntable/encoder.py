"""Encoder ``patches``: one linear layer for each square of the image."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.encoders.base import Encoder, Features, Stack


class Patches(Encoder):
    """Cuts the image into squares, and gives each of them a feature vector.

    Args:
        config: Size of a square and of its features.
        stack: What the channels of an image are.
        size: Height and width of the images, pixels.

    Raises:
        AfilError: When no square fits into the images.
    """

    class Config(Schema):
        """Options.

        Attributes:
            patch: Side of a square, pixels.
            width: Features of a square.
        """

        patch: int = Field(8, ge=1)
        width: int = Field(16, ge=1)

    def __init__(self, config: Config, stack: Stack, size: tuple[int, int]) -> None:
        super().__init__()
        height, width = size[0] // config.patch, size[1] // config.patch
        if not height or not width:
            raise AfilError(
                f"encoder.patch is {config.patch}, larger than the images ({size[0]}x{size[1]}); "
                f"make it smaller"
            )
        self.cut = nn.Conv2d(stack.total, config.width, config.patch, config.patch)
        self.shape = (config.width, height, width)

    def forward(self, images: Tensor) -> Features:
        """Encode float32 [B, C, H, W] in [-1, 1]; it has no attention of its own."""
        return Features(self.cut(images).relu())
