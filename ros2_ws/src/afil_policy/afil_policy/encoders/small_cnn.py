"""A small convolutional encoder that trains in minutes on two processor cores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.encoders.base import Encoder, Features, Stack

_Size = Annotated[int, Field(ge=1)]


class SmallCnn(Encoder):
    """Convolutions with ReLU between them.

    Args:
        config: The layers.
        stack: What the channels of an image are.
        size: Height and width of the images, pixels.

    Raises:
        AfilError: When the layers leave no feature map of that image size.
    """

    class Config(Schema):
        """Options.

        Attributes:
            layers: Convolutions as (channels, kernel size, stride), in order.
            norm: ``group`` for GroupNorm after every convolution but the last.
        """

        layers: tuple[tuple[_Size, _Size, _Size], ...] = Field(
            ((32, 8, 4), (32, 3, 1), (32, 3, 1), (32, 3, 1)), min_length=1
        )
        norm: Literal["none", "group"] = "none"

    def __init__(self, config: Config, stack: Stack, size: tuple[int, int]) -> None:
        super().__init__()
        self.layers = _layers(config, stack.total)
        self.shape = (config.layers[-1][0], *_map_size(config, size))

    def forward(self, images: Tensor) -> Features:
        """Encode float32 [B, C, H, W]."""
        return Features(self.layers(images))

    def early_blocks(self) -> Sequence[nn.Module]:
        """The ReLUs: what comes out of each convolution but the last."""
        return [layer for layer in self.layers if isinstance(layer, nn.ReLU)]


def _layers(config: SmallCnn.Config, before: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for index, (channels, kernel, stride) in enumerate(config.layers):
        layers.append(nn.Conv2d(before, channels, kernel, stride, padding=(kernel - stride) // 2))
        before = channels
        if index < len(config.layers) - 1:
            if config.norm == "group":
                layers.append(nn.GroupNorm(_groups(channels), channels))
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def _groups(channels: int) -> int:
    return next(g for g in (8, 4, 2, 1) if channels % g == 0)


def _map_size(config: SmallCnn.Config, size: tuple[int, int]) -> tuple[int, int]:
    height, width = size
    for _, kernel, stride in config.layers:
        # Only then is each cell of the map centred on its block of pixels, as saliency is.
        if kernel < stride or (kernel - stride) % 2:
            raise AfilError(
                f"encoder.layers has kernel {kernel} with stride {stride}; the kernel must be the "
                "stride plus an even number, so that feature and saliency maps align"
            )
        height, width = height // stride, width // stride
    if height < 2 or width < 2:
        raise AfilError(
            f"encoder.layers shrink images of {size[0]}x{size[1]} to {height}x{width}; "
            "use fewer strides or larger images (data.height, data.width)"
        )
    return height, width
