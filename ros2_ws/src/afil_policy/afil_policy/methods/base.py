"""What a method is: networks, and how they are trained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field
from torch import Tensor, nn

from afil_core.schema import Schema
from afil_policy.data.batch import Batch, Needs, Observation


@dataclass(frozen=True)
class Losses:
    """A total to minimize and the terms that it was made of, for the log; all scalars."""

    total: Tensor
    terms: Mapping[str, Tensor] = field(default_factory=dict)


class Method(nn.Module, ABC):
    """A policy that knows how to be trained; built as ``kind(config, spec)``.

    It owns all networks that it needs, those that only training needs included: what is trained
    and saved is its state.

    Attributes:
        needs_saliency: Whether it can't be trained without saliency maps.
    """

    class Config(Schema):
        """Options of the method.

        Attributes:
            temperature: tau of the attention that is read off a feature map; low values let
                strong attention elsewhere go unpunished.
        """

        temperature: float = Field(50.0, gt=0)

    needs_saliency: ClassVar[bool] = False

    @classmethod
    def needs(cls, config: Config) -> Needs:
        """What its batches must hold, with these options."""
        del config
        return Needs(saliency=cls.needs_saliency)

    @classmethod
    def pretraining(cls, config: Config) -> int:
        """How many of a run's first steps teach no actions, with these options."""
        del config
        return 0

    def cells(self) -> Mapping[str, tuple[int, int]]:
        """Cameras of which the loss needs no more than the maps' means over so many cells.

        Returns:
            Rows and columns of the feature map by camera; those that are missing are wanted in
            full.
        """
        return {}

    def forward(self, batch: Batch) -> Losses:
        """:meth:`loss`; what wraps a module for several devices calls it by this name."""
        return self.loss(batch)

    @abstractmethod
    def loss(self, batch: Batch) -> Losses:
        """The loss of a batch."""

    @abstractmethod
    def act(self, observation: Observation) -> Tensor:
        """The next actions, normalized: float32 [B, H, D]."""

    @property
    def takes_prefix(self) -> bool:
        """Whether :meth:`go_on` is there."""
        return False

    def go_on(self, observation: Observation, prefix: Tensor) -> Tensor:
        """The next actions where the first ones are given, normalized: float32 [B, H, D].

        Args:
            observation: What is seen.
            prefix: The first actions, normalized: float32 [B, N, D]; the chunk begins with them.
        """
        raise NotImplementedError(f"{type(self).__name__} takes no prefix")

    @abstractmethod
    def attention(self, observation: Observation) -> dict[str, Tensor]:
        """Where the policy looks, by camera: float32 [B, h, w] in [0, 1], for the newest frame."""
