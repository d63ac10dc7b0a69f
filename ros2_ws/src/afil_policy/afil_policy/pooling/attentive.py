"""Learned queries that pick out what they need."""

from __future__ import annotations

from dataclasses import replace

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from afil_core.schema import Schema
from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Attentive(Pooling):
    """Cross-attention from learned queries to the cells: ``softmax(q K^T / sqrt(d)) V``.

    Source: Attentive Feature Aggregation, "How Policies Learn to Stop Worrying about Robustness
    and Attend to Task-Relevant Visual Cues" (arXiv 2511.10762). Each cell has a learned embedding
    of its place, so that the vector can say where something is. Where it looks is its attention,
    in place of the encoder's: what it does not look at can't reach the action.

    Args:
        config: Sizes.
        shape: Channels, height and width of the feature map.
    """

    class Config(Schema):
        """Options.

        Attributes:
            width: Length of a query and of what it picks out; a multiple of
                ``attention_heads``.
            queries: Learned queries.
            attention_heads: Attention heads of a query.
        """

        width: int = Field(64, ge=1)
        queries: int = Field(1, ge=1)
        attention_heads: int = Field(4, ge=1)

        @model_validator(mode="after")
        def _divisible(self) -> Attentive.Config:
            if self.width % self.attention_heads:
                raise ValueError(
                    "must have a 'width' that is a multiple of 'attention_heads', "
                    f"{self.attention_heads}, and not {self.width}"
                )
            return self

    def __init__(self, config: Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, width = shape
        self.size = config.queries * config.width
        self._grid = (height, width)
        self.cells = nn.Conv2d(channels, config.width, 1)
        self.places = nn.Parameter(torch.randn(height * width, config.width) * 0.02)
        self.norm = nn.LayerNorm(config.width)
        self.queries = nn.Parameter(torch.randn(config.queries, config.width) * 0.02)
        self.look = nn.MultiheadAttention(config.width, config.attention_heads, batch_first=True)

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, queries * width]."""
        cells, queries = self._cells(features)
        found, _ = self.look(queries, cells, cells, need_weights=False)
        return found.flatten(1)  # type: ignore[no-any-return]

    def looked(self, features: Features) -> Features:
        """The features with where each head of each query looks, and the mean over all."""
        cells, queries = self._cells(features)
        _, weights = self.look(queries, cells, cells, average_attn_weights=False)
        # [B, heads, queries, cells]: the heads of the first query come first.
        heads: Tensor = weights.transpose(1, 2).flatten(1, 2).unflatten(2, self._grid)
        return replace(features, heads=heads, attention=heads.mean(dim=1))

    def _cells(self, features: Features) -> tuple[Tensor, Tensor]:
        cells = self.norm(self.cells(features.map).flatten(2).transpose(1, 2) + self.places)
        return cells, self.queries.expand(len(cells), -1, -1)
