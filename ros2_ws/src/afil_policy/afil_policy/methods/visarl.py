"""Saliency as a channel of the image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from afil_policy.data.batch import Needs
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part


class SaliencyChannel(Part):
    """a_hat = H(E([x, g])): each frame's map is one more channel of the stack.

    Source: Liang et al., "ViSaRL: Visual Reinforcement Learning Guided by Human Saliency" (arXiv
    2403.10940), as a baseline of GABRIL (arXiv 2507.19647). At test time the policy's own
    predictor says what g would be. Maps enter like the images, in [-1, 1].
    """

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True)
    guided: ClassVar[bool] = True
    extra_channels: ClassVar[int] = 1

    def images(
        self, images: Mapping[str, Tensor], saliency: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The stacks with the maps behind all frames: float32 [B, T * C + T, H, W]."""
        return {
            camera: torch.cat([stacked(x), saliency[camera] * 2 - 1], dim=1)
            for camera, x in images.items()
        }


def stacked(images: Tensor) -> Tensor:
    """Frames [B, T, C, H, W] as channels [B, T * C, H, W]; what is stacked stays."""
    return images.flatten(1, 2) if images.dim() > 4 else images


class Visarl(Imitation):
    """See :class:`SaliencyChannel`."""

    part: ClassVar[type[Part]] = SaliencyChannel
    needs_saliency: ClassVar[bool] = True

    Config = SaliencyChannel.Config
