"""What is not salient may blur; what is salient may not."""

from __future__ import annotations

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from afil_policy.data.batch import Batch, Needs
from afil_policy.data.masked_mean import masked_mean
from afil_policy.methods.alignment import counted
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part, Seen, Whole


class Contrast(Part):
    """L = L_BC + lambda * mean max(0, ||z - z+||^2 - ||z - z-||^2 + m).

    z is the feature map of the image x, z+ that of x blurred where it is not salient, ``g x + (1
    - g) blur(x)``, z- of x blurred where it is. Source: the contrastive variant in GABRIL's code
    (arXiv 2507.19647; m is 10 for driving, 0 for Atari; the released AutoFocus-IL blurs nothing).
    Samples without a key object do not count. No saliency is needed when the policy acts.
    """

    class Config(Part.Config):
        """Options.

        Attributes:
            weight: lambda.
            margin: m.
            sigma: Deviation of the Gaussian blur, pixels.
        """

        weight: float = Field(0.01, ge=0)
        margin: float = Field(10.0, ge=0)
        sigma: float = Field(3.0, gt=0)

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True)
    config: Config

    def terms(self, method: Whole, batch: Batch, seen: Seen) -> dict[str, tuple[float, Tensor]]:
        """Terms: ``contrast``."""
        if not batch.saliency:
            raise ValueError("contrastive needs saliency maps in every batch")
        positive, negative = dict(batch.images), dict(batch.images)
        for camera, maps in batch.saliency_history.items():
            positive[camera], negative[camera] = self.blurred(batch.images[camera], maps)
        saliency = method.saliency(batch)
        near, far = (method.encode(each, saliency) for each in (positive, negative))
        losses = []
        for camera, maps in batch.saliency.items():
            z = [each[camera].map for each in (seen.features, near, far)]
            valid = counted(maps, batch.saliency_valid.get(camera), skip_empty=True)
            assert valid is not None
            losses.append(masked_mean(self.triplet(z[0], z[1], z[2]), valid))
        return {"contrast": (self.config.weight, torch.stack(losses).mean())}

    def triplet(self, z: Tensor, near: Tensor, far: Tensor) -> Tensor:
        """max(0, ||z - z+||^2 - ||z - z-||^2 + m) of maps [B, C, h, w]: float32 [B]."""
        apart = [(z - other).square().flatten(1).sum(dim=1) for other in (near, far)]
        return torch.relu(apart[0] - apart[1] + self.config.margin)

    def blurred(self, images: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Images [B, T, C, H, W] blurred where maps [B, T, H, W] are not salient, and where so."""
        # Only training blurs: a policy that acts starts without torchvision.
        from torchvision.transforms.v2 import functional

        radius = int(2 * self.config.sigma + 0.5)
        # A kernel can't be wider than the image whose border it mirrors.
        size = [2 * min(radius, side - 1) + 1 for side in (images.shape[4], images.shape[3])]
        soft = functional.gaussian_blur(images.flatten(0, 1), size, [self.config.sigma] * 2)
        soft, share = soft.view_as(images), maps[:, :, None]
        return torch.lerp(soft, images, share), torch.lerp(images, soft, share)


class Contrastive(Imitation):
    """See :class:`Contrast`."""

    part: ClassVar[type[Part]] = Contrast
    needs_saliency: ClassVar[bool] = True

    Config = Contrast.Config
