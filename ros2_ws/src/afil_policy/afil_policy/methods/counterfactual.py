"""The action must not change when what is not salient does."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field
from torch import Tensor

from afil_policy.data.batch import Batch, Needs
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part, Seen, Whole
from afil_policy.methods.swapping import SwapConfig, swapped


class Consistency(Part):
    """L = L_BC + lambda * mean of (p(x) - p(x~))^2, with x~ as in ``swap``.

    p is what the head predicts: the actions, or the parameters of their distribution (of a head
    that draws its actions, what it draws them for). Ours. Unlike ``swap`` it needs no action for
    x~, only that there be no difference; unlike ``autofocus`` it is about what causes the action,
    and not about a feature map. No saliency is needed when the policy acts.
    """

    class Config(SwapConfig):
        """Options.

        Attributes:
            weight: lambda.
        """

        weight: float = Field(1.0, ge=0)

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True, partner=True)
    config: Config

    def terms(self, method: Whole, batch: Batch, seen: Seen) -> dict[str, tuple[float, Tensor]]:
        """Terms: ``consistency``."""
        changed = replace(batch, images=swapped(batch, self.config.level))
        saliency = method.saliency(batch)
        with_swap = method.head(method.see(changed, saliency).latent)
        difference = method.head(seen.latent) - with_swap
        return {"consistency": (self.config.weight, difference.square().mean())}


class Counterfactual(Imitation):
    """See :class:`Consistency`."""

    part: ClassVar[type[Part]] = Consistency
    needs_saliency: ClassVar[bool] = True

    Config = Consistency.Config
