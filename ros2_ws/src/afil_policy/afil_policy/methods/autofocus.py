"""AutoFocus-IL: behavior cloning whose attention is pulled towards the key objects."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from afil_policy.data.batch import Batch
from afil_policy.data.masked_mean import masked_mean
from afil_policy.encoders.attention import attention_map, min_max
from afil_policy.encoders.base import Features
from afil_policy.methods.base import Losses, Method
from afil_policy.methods.bc import BehaviorCloning
from afil_policy.methods.spec import Spec


class Autofocus(BehaviorCloning):
    """L = L_BC + lambda * L_Reg.

    L_Reg = mean over cameras, samples and positions of (g - g_hat)^2, with g the saliency map of
    the frame and g_hat the policy's predicted attention (``afil_policy.encoders.attention``).
    Source: AutoFocus-IL (arXiv 2511.18617), whose loss is that of GABRIL (arXiv 2507.19647)
    with the gaze replaced by key objects. No saliency is needed when the policy acts.

    Args:
        config: Weights.
        spec: Sizes and parts.
    """

    class Config(Method.Config):
        """Options.

        Attributes:
            weight: lambda; zero gives plain behavior cloning.
            resolution: Where the maps are compared: ``map`` (the target is averaged down to the
                feature map) or ``image`` (the prediction is upsampled bicubically).
            skip_empty: Whether frames without a key object are left out of L_Reg; the published
                code regularizes them towards zero.
        """

        weight: float = Field(20.0, ge=0)
        resolution: Literal["map", "image"] = "map"
        skip_empty: bool = True

    needs_saliency: ClassVar[bool] = True
    config: Config

    def __init__(self, config: Config, spec: Spec) -> None:
        super().__init__(config, spec)

    def loss(self, batch: Batch) -> Losses:
        """The loss of a batch; terms: ``bc`` and ``reg``."""
        if not batch.saliency:
            raise ValueError("autofocus needs saliency maps in every batch")
        latent, features = self.encoder(batch)
        bc = self.imitation(latent, batch)
        valid = batch.saliency_valid
        found = [
            self.regularization(features[c], g, valid.get(c)) for c, g in batch.saliency.items()
        ]
        reg = torch.stack(found).mean()
        return Losses(bc + self.config.weight * reg, {"bc": bc, "reg": reg})

    def regularization(
        self, features: Features, saliency: Tensor, valid: Tensor | None = None
    ) -> Tensor:
        """L_Reg of one camera.

        Args:
            features: What the encoder found, with maps of h x w.
            saliency: Target maps, float32 [B, H, W] in [0, 1]; all zero in a frame without a
                key object.
            valid: bool [B], false where there is no map to learn from; None means everywhere.

        Returns:
            A scalar; zero when no sample is left.
        """
        tau = self.config.temperature
        if self.config.resolution == "image":
            attention = attention_map(features, tau, (saliency.shape[1], saliency.shape[2]))
            target = saliency
        else:
            attention = attention_map(features, tau)
            # Averaging lowers the peak, so the target is scaled to [0, 1] again like g_hat.
            size = (attention.shape[1], attention.shape[2])
            target = min_max(functional.adaptive_avg_pool2d(saliency, size))
        per_sample = (attention - target).square().mean(dim=(1, 2))
        counted = torch.ones_like(per_sample, dtype=torch.bool) if valid is None else valid
        if self.config.skip_empty:
            counted = counted & (saliency.amax(dim=(1, 2)) > 0)
        return masked_mean(per_sample, counted)
