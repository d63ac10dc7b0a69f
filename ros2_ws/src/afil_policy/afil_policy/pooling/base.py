"""What pooling is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from afil_core.schema import Schema
from afil_policy.encoders.base import Features


class Pooling(nn.Module, ABC):
    """Features to a vector. Built as ``kind(config, shape)`` with the feature map's shape.

    Attributes:
        size: Length of the vector.
    """

    class Config(Schema):
        """Options of the pooling."""

    size: int

    @abstractmethod
    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, size]."""

    def looked(self, features: Features) -> Features:
        """The features with where the pooling looks; here that is what the encoder says."""
        return features
