"""Behavior cloning."""

from __future__ import annotations

from torch import Tensor

from afil_policy.data.batch import Batch, Observation
from afil_policy.encoders.attention import attention_map
from afil_policy.methods.base import Losses, Method
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.spec import Spec


class BehaviorCloning(Method):
    """The head's loss on what was demonstrated, e.g. L_BC = mean of (a - a_hat)^2.

    Source: Pomerleau, "ALVINN", NeurIPS 1988; the squared error is the baseline's loss in
    GABRIL (arXiv 2507.19647). Saliency is ignored.

    Args:
        config: The temperature of the attention that is shown.
        spec: Sizes and parts.
    """

    def __init__(self, config: Method.Config, spec: Spec) -> None:
        super().__init__()
        self.config = config
        self.encoder = ObservationEncoder(spec)
        self.head = spec.head.build(self.encoder.size, spec.horizon, spec.actions)

    def loss(self, batch: Batch) -> Losses:
        """The loss of a batch; terms: ``bc``."""
        latent, _ = self.encoder(batch)
        loss = self.imitation(latent, batch)
        return Losses(loss, {"bc": loss})

    def imitation(self, latent: Tensor, batch: Batch) -> Tensor:
        """The head's loss, a scalar, with the latent float32 [B, L] of a batch."""
        return self.head.loss(self.head(latent), batch.actions, batch.action_mask)

    def act(self, observation: Observation) -> Tensor:
        """The next actions, normalized: float32 [B, H, D]."""
        latent, _ = self.encoder(observation)
        return self.head.act(self.head(latent))

    def attention(self, observation: Observation) -> dict[str, Tensor]:
        """Where the policy looks, by camera: float32 [B, h, w] in [0, 1]."""
        features = self.encoder.features(observation.images)
        tau = self.config.temperature
        return {camera: attention_map(found, tau) for camera, found in features.items()}
