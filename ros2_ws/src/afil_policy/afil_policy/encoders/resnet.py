"""Residual networks of torchvision."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Literal

import torchvision.models
from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.encoders.base import Encoder, Features, Stack
from afil_policy.encoders.pretrained import ImagenetScale, restored_state, taking, widened

# Channels of a group, as in Wu and He, "Group Normalization", 2018.
_GROUP = 16


class ResNet(Encoder):
    """A residual network without its last pooling and classifier.

    Source: He et al. (arXiv 1512.03385), as torchvision has it. AutoFocus-IL's arm policy is
    ``depth: 34`` or 101 from scratch, with all stages. A trained first layer that takes
    several frames has the weights of the single frame, divided by their number.

    Args:
        config: Which network and which weights.
        stack: What the channels of an image are.
        size: Height and width of the images, pixels.

    Raises:
        AfilError: When the weights can't be fetched, or fit no such normalization.
    """

    class Config(Schema):
        """Options.

        Attributes:
            depth: Layers: 18, 34, 50 or 101.
            weights: ``none`` (random) or ``imagenet`` (fetched by torchvision once).
            norm: ``batch``, ``group`` (independent of the batch; random weights alone), or
                ``frozen`` (statistics of the trained weights).
            stages: Stages of the four that are kept; each halves the map, which is H / 32 after
                all of them.
        """

        depth: Literal[18, 34, 50, 101] = 18
        weights: Literal["none", "imagenet"] = "none"
        norm: Literal["batch", "group", "frozen"] = "batch"
        stages: int = Field(4, ge=1, le=4)

    def __init__(self, config: Config, stack: Stack, size: tuple[int, int]) -> None:
        super().__init__()
        network = _network(config)
        trained = config.weights != "none"
        first = widened(network.conv1, stack) if trained else _random(network.conv1, stack.total)
        blocks = OrderedDict(
            stem=nn.Sequential(first, network.bn1, network.relu, network.maxpool),
            **{f"stage{k}": getattr(network, f"layer{k}") for k in range(1, config.stages + 1)},
        )
        # Random weights know nothing of ImageNet's colors.
        self.scale = ImagenetScale(stack) if trained else nn.Identity()
        self.blocks = nn.Sequential(blocks)
        width = 64 * 2 ** (config.stages - 1) * (4 if config.depth >= 50 else 1)
        height, breadth = (-(-side // 2 ** (config.stages + 1)) for side in size)
        self.shape = (width, height, breadth)

    def forward(self, images: Tensor) -> Features:
        """Encode float32 [B, C, H, W] in [-1, 1]."""
        return Features(self.blocks(self.scale(images)))

    def early_blocks(self) -> Sequence[nn.Module]:
        """The stem and the stages."""
        return list(self.blocks)


def _network(config: ResNet.Config) -> torchvision.models.ResNet:
    trained = config.weights != "none"
    if (config.norm == "group" and trained) or (config.norm == "frozen" and not trained):
        raise AfilError(
            f"encoder.norm {config.norm} does not go with encoder.weights {config.weights}: "
            "'group' has no trained weights, and 'frozen' needs some"
        )
    norm: Callable[[int], nn.Module] | None = None
    if config.norm == "group":
        norm = _group_norm
    elif config.norm == "frozen":
        norm = torchvision.ops.FrozenBatchNorm2d
    weights = "DEFAULT" if trained and restored_state() is None else None
    try:
        return torchvision.models.get_model(
            f"resnet{config.depth}", weights=weights, norm_layer=norm
        )
    except OSError as error:
        raise AfilError(
            f"the weights of resnet{config.depth} can't be fetched ({error}); put them into "
            "torch's cache (TORCH_HOME), or set encoder.weights to none"
        ) from error


def _random(layer: nn.Conv2d, channels: int) -> nn.Conv2d:
    """A first layer of random weights, which begin as torchvision's do."""
    if channels == layer.in_channels:
        return layer
    made = taking(layer, channels)
    nn.init.kaiming_normal_(made.weight, mode="fan_out", nonlinearity="relu")
    return made


def _group_norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, channels // _GROUP), channels)
