"""What a network sees, and what it is trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T", bound="Tensors")


@dataclass(frozen=True)
class Needs:
    """What a method wants in its batches, beside observations and actions.

    Attributes:
        saliency: Target maps of the newest frame, :attr:`Batch.saliency`.
        saliency_history: Maps of every frame, :attr:`Batch.saliency_history`.
        partner: Images of other episodes, :attr:`Batch.partner`.
    """

    saliency: bool = False
    saliency_history: bool = False
    partner: bool = False

    def __or__(self, other: Needs) -> Needs:
        """What either of two needs."""
        mine = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)}
        return Needs(**mine)


class Tensors:
    """Tensors that go to a device together."""

    def to(self: T, device: str | torch.device) -> T:
        """The same on another device."""
        return self.map(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self: T) -> T:
        """The same in page-locked memory, from which it goes to a GPU beside other work."""
        return self.map(lambda tensor: tensor.pin_memory())

    def map(self: T, change: Callable[[Tensor], Tensor]) -> T:
        """The same with every tensor changed."""
        assert is_dataclass(self)
        changed = {f.name: _map(getattr(self, f.name), change) for f in fields(self)}
        return type(self)(**changed)


@dataclass(frozen=True)
class Observation(Tensors):
    """What a policy sees, ready for the network; the newest of the T frames comes last.

    Attributes:
        images: By camera: float32 [B, T, C, H, W] in [-1, 1], C as ``Spec.cameras`` says: 3 for
            color, 1 for depth (-1 at the lens or not measured, 1 at ``data.depth_range_m``).
        proprioception: float32 [B, T, P], normalized; P may be 0.
        history_mask: bool [B, T], false where a frame is the oldest one repeated, because the
            episode begins there; None means that all are real.
        task: int64 [B], position of the instruction in ``Spec.tasks``, -1 where it is another;
            None where nobody said.
        instructions: The B instructions in words; empty where nobody said.
    """

    images: Mapping[str, Tensor]
    proprioception: Tensor
    history_mask: Tensor | None = None
    task: Tensor | None = None
    instructions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partner(Tensors):
    """What other episodes look like: for each sample, a step of an episode that is not its own.

    It is one to learn from that has maps, in validation too; the robot's state was much the same
    in it. It is augmented as its sample is.

    Attributes:
        images: By camera, like :attr:`Observation.images`.
        saliency_history: By camera, like :attr:`Batch.saliency_history`; empty where the data
            have none.
    """

    images: Mapping[str, Tensor]
    saliency_history: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Batch(Observation):
    """Samples to learn from: observations, what was done then, and where to look.

    Attributes:
        actions: float32 [B, H, D], normalized; a chunk of the next H actions.
        action_mask: bool [B, H], true where the demonstration has that action; false after its
            end.
        saliency: By camera: float32 [B, H, W] in [0, 1], the target map of the newest frame;
            empty when the data have none. All zero in a frame without a key object. Its means
            over the cells of the feature map, [B, h, w], where ``Method.cells`` names them.
        saliency_valid: By camera: bool [B], true where the map may be learned from; false where
            there is none, or ``data.saliency_ratio`` leaves the sample out (its map is zero
            then). Empty when all are.
        saliency_history: By camera: float32 [B, T, H, W], the maps of all frames, the newest
            last; only where ``Needs.saliency_history`` asks for it.
        partner: Other episodes; only where ``Needs.partner`` asks for it.
    """

    actions: Tensor
    action_mask: Tensor
    saliency: Mapping[str, Tensor] = field(default_factory=dict)
    saliency_valid: Mapping[str, Tensor] = field(default_factory=dict)
    saliency_history: Mapping[str, Tensor] = field(default_factory=dict)
    partner: Partner | None = None


def _map(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _map(inner, change) for name, inner in value.items()}
    return value.map(change) if isinstance(value, Tensors) else value
