"""What a head is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from afil_core.schema import Schema


class Head(nn.Module, ABC):
    """Latent to a distribution over a chunk of H actions of D dimensions, all normalized.

    Built as ``kind(config, size, horizon, actions)``: the length of the latent, H and D.
    What :meth:`forward` returns is between it and the head's other functions: the actions
    themselves, the parameters of a distribution, or the latent that a sampler starts from.

    Attributes:
        takes_prefix: Whether :meth:`go_on` is there.
    """

    takes_prefix: ClassVar[bool] = False

    class Config(Schema):
        """Options of the head."""

    @abstractmethod
    def forward(self, latent: Tensor) -> Tensor:
        """The prediction from float32 [B, size]."""

    @abstractmethod
    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """How far off a prediction is.

        Args:
            prediction: What :meth:`forward` returned.
            actions: float32 [B, H, D].
            mask: bool [B, H]; false where there is no action to compare with.

        Returns:
            A scalar.
        """

    @abstractmethod
    def act(self, prediction: Tensor) -> Tensor:
        """The actions to take, float32 [B, H, D]."""

    def go_on(self, prediction: Tensor, prefix: Tensor) -> Tensor:
        """The actions to take where the first ones are given, float32 [B, H, D].

        Args:
            prediction: What :meth:`forward` returned.
            prefix: The first actions, float32 [B, N, D], N at most H; the chunk begins with them.
        """
        raise NotImplementedError(f"{type(self).__name__} takes no prefix")
