"""Each number of an action as one of some bins."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.nn import functional

from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.mlp import MlpConfig, mlp


class BinsHead(Head):
    """L = mean cross entropy between the bin of each number and the predicted distribution.

    Bins of one width lie between ``low`` and ``high`` of the normalized actions; what lies beyond
    falls in the outermost. Source: discretized actions as in RT-1 (arXiv 2212.06817).

    Args:
        config: The hidden layers and the bins.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
    """

    class Config(MlpConfig):
        """Options.

        Attributes:
            bins: Bins of each number, K.
            low: Lower edge of the lowest bin, in normalized actions.
            high: Upper edge of the highest.
            take: The center of the most probable bin (``mode``), or the ``mean`` over all.
        """

        bins: int = Field(64, ge=2)
        low: float = -4.0
        high: float = 4.0
        take: Literal["mode", "mean"] = "mode"

        @model_validator(mode="after")
        def _ordered(self) -> BinsHead.Config:
            if self.low >= self.high:
                raise ValueError("must have a 'low' that is below 'high'")
            return self

    centers: Tensor

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self._chunk = (horizon, actions, config.bins)
        self._width = (config.high - config.low) / config.bins
        self.layers = mlp(config, size, horizon * actions * config.bins)
        centers = config.low + self._width * (torch.arange(config.bins) + 0.5)
        self.register_buffer("centers", centers, persistent=False)

    def forward(self, latent: Tensor) -> Tensor:
        """Logits, float32 [B, H, D, K]."""
        return self.layers(latent).unflatten(1, self._chunk)  # type: ignore[no-any-return]

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean cross entropy."""
        position = ((actions - self._config.low) / self._width).floor().long()
        target = position.clamp(0, self._config.bins - 1)
        entropy = functional.cross_entropy(prediction.movedim(3, 1), target, reduction="none")
        return masked_mean(entropy, mask[..., None])

    def act(self, prediction: Tensor) -> Tensor:
        """Centers of bins, float32 [B, H, D]."""
        if self._config.take == "mode":
            return self.centers[prediction.argmax(dim=3)]
        return torch.softmax(prediction, dim=3) @ self.centers
