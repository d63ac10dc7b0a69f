"""What a method is: a loss over a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor, nn

from afil_policy.config import TrainConfig


@dataclass(frozen=True)
class Batch:
    """Samples ready for the network.

    Attributes:
        images: float32 [B, 3, H, W], normalised.
        proprioception: float32 [B, P], normalised.
        actions: float32 [B, D], normalised.
        saliency: float32 [B, H, W] in [0, 1], the target map; None when the data have none.
    """

    images: Tensor
    proprioception: Tensor
    actions: Tensor
    saliency: Tensor | None = None


@dataclass(frozen=True)
class Losses:
    """A total to minimise and the terms that it was made of, for the log."""

    total: Tensor
    terms: Mapping[str, Tensor] = field(default_factory=dict)


class Method(Protocol):
    """A way to train; built from the whole configuration."""

    needs_saliency: bool

    def __init__(self, config: TrainConfig) -> None: ...

    def losses(self, model: nn.Module, batch: Batch) -> Losses:
        """The loss of a batch."""
        ...
