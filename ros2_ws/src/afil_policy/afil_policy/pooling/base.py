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

    def attention(self, features: Features) -> Tensor | None:
        """Where the pooling looks, float32 [B, h, w] at least 0; here what the encoder says."""
        return features.attention

    def heads(self, features: Features) -> Tensor | None:
        """Where each of its attention heads looks, float32 [B, N, h, w]; here the encoder's."""
        return features.heads
