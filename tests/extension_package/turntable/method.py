"""Method ``two_views``: cloning that wants the same action for an image with noise in it."""

from __future__ import annotations

from dataclasses import replace

import torch
from pydantic import Field
from torch import Tensor

from afil_policy.data.batch import Batch, Observation
from afil_policy.encoders.attention import attention_map
from afil_policy.methods.base import Losses, Method
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.spec import Spec


class TwoViews(Method):
    """The head's loss, and how far apart the actions for two views of a frame are.

    It owns its networks; encoder, pooling and head are the ones that the configuration chose.

    Args:
        config: Noise and weight of the second view.
        spec: Sizes and parts.
    """

    class Config(Method.Config):
        """Options.

        Attributes:
            noise: Standard deviation of the noise; images are in [-1, 1].
            weight: Factor of the second term.
        """

        noise: float = Field(0.05, gt=0)
        weight: float = Field(0.1, ge=0)

    def __init__(self, config: Config, spec: Spec) -> None:
        super().__init__()
        self.config = config
        self.encoder = ObservationEncoder(spec)
        self.head = spec.head.build(self.encoder.size, spec.horizon, spec.actions)

    def loss(self, batch: Batch) -> Losses:
        """The loss of a batch; terms: ``bc``, ``views``."""
        prediction = self._prediction(batch)
        imitation = self.head.loss(prediction, batch.actions, batch.action_mask)
        noisy = {
            camera: images + self.config.noise * torch.randn_like(images)
            for camera, images in batch.images.items()
        }
        views = (self._prediction(replace(batch, images=noisy)) - prediction).square().mean()
        total = imitation + self.config.weight * views
        return Losses(total, {"bc": imitation, "views": views})

    def act(self, observation: Observation) -> Tensor:
        """The next actions, normalized: float32 [B, H, D]."""
        return self.head.act(self._prediction(observation))

    def attention(self, observation: Observation) -> dict[str, Tensor]:
        """Where the policy looks, by camera: float32 [B, h, w] in [0, 1]."""
        features = self.encoder.looked(self.encoder.features(observation.images))
        tau = self.config.temperature
        return {camera: attention_map(found, tau) for camera, found in features.items()}

    def _prediction(self, observation: Observation) -> Tensor:
        latent, _ = self.encoder(observation)
        prediction: Tensor = self.head(latent)
        return prediction
