"""Images of which only what is salient is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor

from afil_policy.data.batch import Needs
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part


def masked(images: Tensor, saliency: Tensor) -> Tensor:
    """Mask images: x * g, with x in [0, 1].

    Args:
        images: float32 [B, T, C, H, W] in [-1, 1].
        saliency: float32 [B, T, H, W] in [0, 1].

    Returns:
        float32 [B, T, C, H, W] in [-1, 1]; black where nothing is salient.
    """
    return (images + 1) * saliency[:, :, None] - 1


class Masking(Part):
    """a_hat = H(E(x * g)), each frame with its own map.

    Source: ``Mask`` of GABRIL's code (arXiv 2507.19647). At test time the policy's own predictor
    says what g would be.
    """

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True)
    guided: ClassVar[bool] = True

    def images(
        self, images: Mapping[str, Tensor], saliency: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The images, black where nothing is salient."""
        return {camera: masked(x, saliency[camera]) for camera, x in images.items()}


class Mask(Imitation):
    """See :class:`Masking`."""

    part: ClassVar[type[Part]] = Masking
    needs_saliency: ClassVar[bool] = True

    Config = Masking.Config
