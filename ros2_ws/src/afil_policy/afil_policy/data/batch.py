"""What a network sees, and what it is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T", bound="Observation")


@dataclass(frozen=True)
class Observation:
    """What a policy sees, ready for the network; the newest of the T frames comes last.

    Attributes:
        images: By camera: float32 [B, T, 3, H, W] in [-1, 1].
        proprioception: float32 [B, T, P], normalized; P may be 0.
    """

    images: Mapping[str, Tensor]
    proprioception: Tensor

    def to(self: T, device: str | torch.device) -> T:
        """The same on another device."""
        moved = {item.name: _to(getattr(self, item.name), device) for item in fields(self)}
        return type(self)(**moved)


@dataclass(frozen=True)
class Batch(Observation):
    """Samples to learn from: observations, what was done then, and where to look.

    Attributes:
        actions: float32 [B, H, D], normalized; a chunk of the next H actions.
        action_mask: bool [B, H], true where the demonstration has that action; false after its
            end.
        saliency: By camera: float32 [B, H, W] in [0, 1], the target map of the newest frame;
            empty when the data have none.
    """

    actions: Tensor
    action_mask: Tensor
    saliency: Mapping[str, Tensor] = field(default_factory=dict)


def _to(value: Any, device: str | torch.device) -> Any:
    if isinstance(value, Mapping):
        return {name: _to(inner, device) for name, inner in value.items()}
    return value.to(device, non_blocking=True)
