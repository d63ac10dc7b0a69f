"""A small convolutional policy that trains in minutes on two processor cores."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_policy.config import ModelConfig


class SmallCnn(nn.Module):
    """Convolutions, spatial softmax (or flatten), proprioception, MLP.

    The spatial softmax (Levine et al., "End-to-End Training of Deep Visuomotor Policies",
    JMLR 17, 2016) turns each channel c of the last feature map into its expected position
    ``sum_xy softmax(z_c / T) (x, y)`` with x and y in [-1, 1].

    Args:
        config: Layers, head and widths.
        image_size: Height and width of the images, pixels.
        proprioception_dim: Length of the encoded proprioception; may be 0.
        action_dim: Number of action dimensions.

    Raises:
        AfilError: When the layers leave no feature map of that image size.
    """

    grid_x: Tensor
    grid_y: Tensor

    def __init__(
        self,
        config: ModelConfig,
        image_size: tuple[int, int],
        proprioception_dim: int,
        action_dim: int,
    ) -> None:
        super().__init__()
        self.encoder = _encoder(config)
        self.head = config.head
        self.temperature = config.softmax_temperature
        height, width = _map_size(config, image_size)
        channels = config.layers[-1][0]
        self.map_size = (height, width)
        self.register_buffer("grid_x", torch.linspace(-1, 1, width), persistent=False)
        self.register_buffer("grid_y", torch.linspace(-1, 1, height), persistent=False)
        visual = 2 * channels if self.head == "spatial_softmax" else channels * height * width
        widths = [visual + proprioception_dim, *config.hidden]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.mlp = nn.Sequential(*layers, nn.Linear(widths[-1], action_dim))

    def forward(self, images: Tensor, proprioception: Tensor) -> tuple[Tensor, Tensor]:
        """Predict normalised actions.

        Args:
            images: float32 [B, 3, H, W], normalised.
            proprioception: float32 [B, P], normalised.

        Returns:
            Normalised actions float32 [B, D], and the last feature map float32 [B, C, h, w].
        """
        features = self.encoder(images)
        visual = self._keypoints(features) if self.head == "spatial_softmax" else features
        inputs = torch.cat([visual.flatten(1), proprioception], dim=1)
        return self.mlp(inputs), features

    def _keypoints(self, features: Tensor) -> Tensor:
        batch, channels, height, width = features.shape
        share = torch.softmax(features.flatten(2) / self.temperature, dim=2)
        share = share.view(batch, channels, height, width)
        x = share.sum(dim=2) @ self.grid_x
        y = share.sum(dim=3) @ self.grid_y
        return torch.stack([x, y], dim=2)


def _encoder(config: ModelConfig) -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 3
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


def _map_size(config: ModelConfig, image_size: tuple[int, int]) -> tuple[int, int]:
    height, width = image_size
    for _, kernel, stride in config.layers:
        # Only then is each cell of the map centred on its block of pixels, as saliency is.
        if kernel < stride or (kernel - stride) % 2:
            raise AfilError(
                f"model.layers has kernel {kernel} with stride {stride}; the kernel must be the "
                "stride plus an even number, so that feature and saliency maps align"
            )
        height, width = height // stride, width // stride
    if height < 2 or width < 2:
        raise AfilError(
            f"model.layers shrink images of {image_size[0]}x{image_size[1]} to {height}x{width}; "
            "use fewer strides or larger images (data.height, data.width)"
        )
    return height, width
