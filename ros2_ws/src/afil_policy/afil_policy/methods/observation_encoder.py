"""All that a policy sees to one vector: what most methods begin with."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from afil_policy.data.batch import Observation
from afil_policy.encoders.base import Encoder, Features
from afil_policy.methods.spec import Spec
from afil_policy.pooling.base import Pooling


class ObservationEncoder(nn.Module):
    """An encoder and a pooling for each camera; beside them proprioception and instruction.

    The cameras' vectors are concatenated. A method that changes the features before they are
    pooled calls :meth:`features` and :meth:`latent`; the others call the module.

    Args:
        spec: Cameras and parts.
        added: Channels that a method adds to each image, behind all its frames.

    Attributes:
        size: Length of the latent.
    """

    def __init__(self, spec: Spec, added: int = 0) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict()
        self.poolings = nn.ModuleDict()
        self.size = spec.frames * spec.proprioception
        for camera in spec.cameras:
            size = (camera.height, camera.width)
            encoder = spec.encoder.build(spec.stack(camera, added), size)
            pooling = spec.pooling.build(encoder.shape)
            self.encoders[camera.name], self.poolings[camera.name] = encoder, pooling
            self.size += pooling.size
        self.instruction = spec.instruction.build(spec.tasks)
        self.size += self.instruction.size

    def forward(self, observation: Observation) -> tuple[Tensor, dict[str, Features]]:
        """The latent float32 [B, size], and each camera's features."""
        features = self.features(observation.images)
        return self.latent(features, observation), features

    def features(self, images: Mapping[str, Tensor]) -> dict[str, Features]:
        """Each camera's features, as its encoder finds them.

        Args:
            images: By camera: float32 [B, T, C, H, W], or [B, C, H, W] with added channels.
        """
        found = {}
        for name in self.encoders:
            frames = images[name]
            stacked = frames.flatten(1, 2) if frames.dim() > 4 else frames
            found[name] = self._of(name)[0](stacked)
        return found

    @property
    def cells(self) -> dict[str, tuple[int, int]]:
        """Rows and columns of each camera's feature map."""
        return {name: self._of(name)[0].shape[1:] for name in self.encoders}

    def looked(self, features: Mapping[str, Features]) -> dict[str, Features]:
        """The features with where the policy looks: its pooling's attention, if that has one.

        This costs time of its own, and is asked for only where attention counts or is shown.
        """
        return {name: self._of(name)[1].looked(found) for name, found in features.items()}

    def latent(self, features: Mapping[str, Features], observation: Observation) -> Tensor:
        """The latent of features and of what else is observed.

        Args:
            features: By camera, of B samples or of M versions of each, one after the other.
            observation: B samples.

        Returns:
            float32 [B, size] or [B * M, size].
        """
        visual = [self._of(name)[1](features[name]) for name in self.encoders]
        known = [observation.proprioception.flatten(1), self.instruction(observation)]
        versions = len(visual[0]) // len(known[0])
        if versions > 1:
            known = [each.repeat_interleave(versions, dim=0) for each in known]
        return torch.cat([*visual, *known], dim=1)

    def _of(self, name: str) -> tuple[Encoder, Pooling]:
        return self.encoders[name], self.poolings[name]  # type: ignore[return-value]
