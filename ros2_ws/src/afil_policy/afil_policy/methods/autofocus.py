"""AutoFocus-IL: behavior cloning whose attention is pulled towards the key objects."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from afil_policy.data.batch import Batch, Needs
from afil_policy.encoders.attention import attention_map
from afil_policy.encoders.base import Features
from afil_policy.methods.alignment import AlignmentConfig, counted, mean_distance, target_at
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part, Seen, Whole


class Regularization(Part):
    """L = L_BC + lambda * L_Reg.

    L_Reg = mean over cameras, samples and positions of (g - g_hat)^2, with g the saliency map of
    the frame and g_hat the policy's predicted attention (``afil_policy.encoders.attention``).
    Source: AutoFocus-IL (arXiv 2511.18617), whose loss is that of GABRIL (arXiv 2507.19647)
    with the gaze replaced by key objects. No saliency is needed when the policy acts. For vision
    transformers with ``distance: kl`` it is the loss of Gaze-Regularized VLA (arXiv 2603.23202).
    """

    class Config(AlignmentConfig):
        """Options: weight, distance, resolution, skip_empty, temperature."""

    needs: ClassVar[Needs] = Needs(saliency=True)
    term: ClassVar[str] = "reg"
    config: Config

    @property
    def takes_cells(self) -> bool:
        """Whether maps are compared at the feature map's size."""
        return not self.config.at_image

    def terms(self, method: Whole, batch: Batch, seen: Seen) -> dict[str, tuple[float, Tensor]]:
        """One term, the mean over the cameras that have maps."""
        if not batch.saliency:
            raise ValueError(f"the loss {self.term} needs saliency maps in every batch")
        valid = batch.saliency_valid
        looked = method.encoder.looked(seen.features)
        found = [
            self.regularization(looked[c], g, valid.get(c)) for c, g in batch.saliency.items()
        ]
        return {self.term: (self.config.weight, torch.stack(found).mean())}

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
        config = self.config
        if config.at_image:
            size = (saliency.shape[1], saliency.shape[2])
            attention, target = attention_map(features, config.temperature, size), saliency
        else:
            attention = attention_map(features, config.temperature)
            target = target_at(saliency, (attention.shape[1], attention.shape[2]))
        # What is there at all is there in the smaller map, too.
        which = counted(target, valid, skip_empty=config.skip_empty)
        return mean_distance(config.distance, attention, target, which)


class Autofocus(Imitation):
    """See :class:`Regularization`."""

    part: ClassVar[type[Part]] = Regularization
    needs_saliency: ClassVar[bool] = True

    Config = Regularization.Config
