"""Saliency maps from images, for methods that need them when they act."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, log2

from torch import Tensor, nn
from torch.nn import functional

from afil_policy.data.batch import Batch
from afil_policy.data.masked_mean import masked_mean
from afil_policy.encoders.base import Encoder
from afil_policy.methods.spec import Camera, Spec

# As wide as the small encoder: saliency maps are smooth.
_WIDTH = 32
_LEAST = 8


class SaliencyPredictor(nn.Module):
    """L = mean of (g - g_hat)^2: an encoder like the policy's, and a decoder that mirrors it.

    Source: the gaze predictor of GABRIL (arXiv 2507.19647), an auto-encoder of the policy's own
    encoder and transposed convolutions, trained by the squared error and clipped to [0, 1] when
    it is used. There it is trained before the policy; here beside it, in the same steps, on
    gradients that the policy shares no weight with (only the clip of their norm sees both).

    Args:
        spec: Cameras, frames and encoder.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.networks = nn.ModuleDict(
            {camera.name: _AutoEncoder(spec, camera) for camera in spec.cameras}
        )

    def forward(self, images: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Predict.

        Args:
            images: By camera: float32 [B, T, C, H, W].

        Returns:
            By camera: float32 [B, T, H, W] in [0, 1].
        """
        return {camera: maps.clamp(0, 1) for camera, maps in self._raw(images).items()}

    def loss(self, batch: Batch) -> Tensor:
        """Mean squared error over cameras and the samples that have maps; a scalar."""
        errors = []
        for camera, maps in self._raw(batch.images).items():
            target = batch.saliency_history[camera]
            valid = batch.saliency_valid.get(camera)
            per_sample = (maps - target).square().mean(dim=(1, 2, 3))
            errors.append(per_sample.mean() if valid is None else masked_mean(per_sample, valid))
        return sum(errors, errors[0].new_zeros(())) / len(errors)

    def _raw(self, images: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {camera: network(images[camera]) for camera, network in self.networks.items()}


class _AutoEncoder(nn.Module):
    def __init__(self, spec: Spec, camera: Camera) -> None:
        super().__init__()
        self._size = (camera.height, camera.width)
        self.encoder: Encoder = spec.encoder.build(spec.stack(camera), self._size)
        self.decoder = decoder(self.encoder.shape, self._size, spec.frames)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.decoder(self.encoder(images.flatten(1, 2)).map)
        return functional.interpolate(found, self._size, mode="bilinear", align_corners=False)


def decoder(shape: tuple[int, int, int], size: tuple[int, int], channels: int) -> nn.Sequential:
    """Transposed convolutions that bring a feature map near an image's size.

    Args:
        shape: Channels, height and width of the feature map.
        size: Height and width of the image, pixels.
        channels: Of what comes out.
    """
    doublings = max(0, ceil(log2(size[0] / shape[1])))
    width = _WIDTH
    layers: list[nn.Module] = [nn.Conv2d(shape[0], width, 3, padding=1), nn.ReLU()]
    for _ in range(doublings):
        narrow = max(_LEAST, width // 2)
        layers += [nn.ConvTranspose2d(width, narrow, 4, stride=2, padding=1), nn.ReLU()]
        width = narrow
    return nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1))
