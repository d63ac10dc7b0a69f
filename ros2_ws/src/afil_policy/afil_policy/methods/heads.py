"""Some attention heads are supervised, the others are free."""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from afil_core.errors import AfilError
from afil_policy.encoders.attention import min_max
from afil_policy.encoders.base import Features
from afil_policy.methods.alignment import counted, mean_distance, target_at
from afil_policy.methods.autofocus import Regularization
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part


class HeadRegularization(Regularization):
    """L = L_BC + lambda * mean over chosen heads k of D(g, minmax01(A_k)).

    A_k is where attention head k looks: of a vision transformer's last layer, or of the pooling
    ``attentive``. The other heads may look at what the key objects leave out. Source: single
    heads are supervised in GuidedVLA (arXiv 2605.12369); the distance D is AutoFocus-IL's.
    """

    class Config(Regularization.Config):
        """Options: those of ``autofocus``, and which heads.

        Attributes:
            heads: Numbers of the supervised heads, from 0.
        """

        heads: tuple[Annotated[int, Field(ge=0)], ...] = Field((0,), min_length=1)

    term: ClassVar[str] = "heads"
    config: Config

    @property
    def takes_cells(self) -> bool:
        """No: heads may have another size than the feature map."""
        return False

    def regularization(
        self, features: Features, saliency: Tensor, valid: Tensor | None = None
    ) -> Tensor:
        """The term of one camera; arguments as of ``autofocus``.

        Raises:
            AfilError: When there are no such heads.
        """
        config, heads = self.config, features.heads
        if heads is None or max(config.heads) >= heads.shape[1]:
            there = "none" if heads is None else str(heads.shape[1])
            raise AfilError(
                f"method heads supervises attention heads {list(config.heads)}, and the network "
                f"has {there}; choose pooling attentive or encoder vit, and method.heads within it"
            )
        chosen = heads[:, list(config.heads)]
        if config.at_image:
            size, target = (saliency.shape[1], saliency.shape[2]), saliency
            chosen = functional.interpolate(chosen, size, mode="bicubic", align_corners=False)
        else:
            target = target_at(saliency, (heads.shape[2], heads.shape[3]))
        which = counted(saliency, valid, skip_empty=config.skip_empty)
        losses = [
            mean_distance(config.distance, min_max(looked), target, which)
            for looked in chosen.unbind(1)
        ]
        return torch.stack(losses).mean()


class Heads(Imitation):
    """See :class:`HeadRegularization`."""

    part: ClassVar[type[Part]] = HeadRegularization
    needs_saliency: ClassVar[bool] = True

    Config = HeadRegularization.Config
