"""Control: what is not salient comes from other episodes, as augmentation."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import torch
from pydantic import Field

from afil_policy.data.batch import Batch, Needs
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part
from afil_policy.methods.swapping import SwapConfig, swapped


class Swapping(Part):
    """L = L_BC(x~, a), x~ = k x + (1 - k) x', k = min(1, max(g, g') / level).

    x' and its map g' are of another episode, of a step in much the same state of the robot. A
    control of ours: it uses the same maps as ``autofocus``, but to make data and not to say where
    to look. Kin to CGVD (arXiv 2603.10340), which inpaints distractors. No saliency is needed when
    the policy acts.
    """

    class Config(SwapConfig):
        """Options.

        Attributes:
            probability: Share of the samples that are swapped.
        """

        probability: float = Field(0.5, ge=0, le=1)

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True, partner=True)
    config: Config

    def batch(self, batch: Batch) -> Batch:
        """The batch with some of its samples swapped."""
        which = torch.rand(len(batch.actions), device=batch.actions.device)
        chosen = (which < self.config.probability)[:, None, None, None, None]
        images = {
            camera: torch.where(chosen, changed, batch.images[camera])
            for camera, changed in swapped(batch, self.config.level).items()
        }
        return replace(batch, images=images)


class Swap(Imitation):
    """See :class:`Swapping`."""

    part: ClassVar[type[Part]] = Swapping
    needs_saliency: ClassVar[bool] = True

    Config = Swapping.Config
