"""A transformer decoder for chunks, with a variable for the style of the demonstrator."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.chunk_transformer import ChunkTransformer, TransformerConfig


class TransformerHead(Head):
    """L = mean |a - a_hat| + w_KL KL(q(z | a) || N(0, 1)): a conditional variational autoencoder.

    In training z is drawn from q, a transformer encoder over the demonstrated chunk; the policy
    acts with z = 0. Source: Action Chunking with Transformers, Zhao et al. (arXiv 2304.13705).
    Unlike there, q sees the actions alone and not the joints.

    Args:
        config: Sizes and weights.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
    """

    class Config(TransformerConfig):
        """Options.

        Attributes:
            distance: ``l1`` as published, or ``mse``.
            style: Length of z; 0 for none.
            kl_weight: w_KL.
        """

        distance: Literal["l1", "mse"] = "l1"
        style: int = Field(32, ge=0)
        kl_weight: float = Field(10.0, ge=0)

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self.decoder = ChunkTransformer(config, size, horizon, 0, actions)
        self.posterior = _Posterior(config, horizon, actions) if config.style else None
        self.style = nn.Linear(config.style, config.width) if config.style else None

    def forward(self, latent: Tensor) -> Tensor:
        """The latent itself: in training the decoder needs the demonstrated actions too."""
        return latent

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Distance of the decoded chunk, and the divergence of its style."""
        if self.posterior is None or not self.training:
            return self._distance(self.act(prediction), actions, mask)
        mean, log_var = self.posterior(actions, mask)
        style = mean + (0.5 * log_var).exp() * torch.randn_like(mean)
        decoded = self._decoded(prediction, style)
        divergence: Tensor = -0.5 * (1 + log_var - mean.square() - log_var.exp()).sum(dim=1).mean()
        distance = self._distance(decoded, actions, mask)
        return distance + self._config.kl_weight * divergence

    def act(self, prediction: Tensor) -> Tensor:
        """The chunk that is decoded with z = 0, float32 [B, H, D]."""
        return self._decoded(prediction, prediction.new_zeros(len(prediction), self._config.style))

    def _decoded(self, latent: Tensor, style: Tensor) -> Tensor:
        extra = None if self.style is None else self.style(style)
        decoded: Tensor = self.decoder(latent, extra=extra)
        return decoded

    def _distance(self, found: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        error = found - actions
        error = error.abs() if self._config.distance == "l1" else error.square()
        return masked_mean(error, mask[..., None])


class _Posterior(nn.Module):
    """q(z | a): mean and logarithm of the variance, float32 [B, style] each."""

    def __init__(self, config: TransformerHead.Config, horizon: int, actions: int) -> None:
        super().__init__()
        width = config.width
        self.actions = nn.Linear(actions, width)
        self.places = nn.Parameter(torch.randn(horizon + 1, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width,
            config.attention_heads,
            dim_feedforward=4 * width,
            dropout=config.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.encoder = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.outputs = nn.Linear(width, 2 * config.style)

    def forward(self, actions: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        tokens = self.actions(actions)
        summary = tokens.new_zeros(len(tokens), 1, tokens.shape[2])
        tokens = torch.cat([summary, tokens], dim=1) + self.places
        absent = torch.cat([mask.new_zeros(len(mask), 1), ~mask], dim=1)
        found = self.outputs(self.encoder(tokens, src_key_padding_mask=absent)[:, 0])
        mean, log_var = found.chunk(2, dim=1)
        return mean, log_var
