"""Head ``l1``: a linear layer that is trained by the absolute error."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from afil_core.schema import Schema
from afil_policy.heads.base import Head


class L1Head(Head):
    """Deterministic actions, less moved by outliers than those of the squared error.

    Args:
        config: Weight of the loss.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
    """

    class Config(Schema):
        """Options.

        Attributes:
            weight: Factor of the loss.
        """

        weight: float = Field(1.0, gt=0)

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._weight = config.weight
        self._chunk = (horizon, actions)
        self.linear = nn.Linear(size, horizon * actions)

    def forward(self, latent: Tensor) -> Tensor:
        """The actions, float32 [B, H, D], from float32 [B, size]."""
        actions: Tensor = self.linear(latent)
        return actions.reshape(-1, *self._chunk)

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean absolute error over the actions [B, H, D] that ``mask`` [B, H] says there are."""
        return self._weight * (prediction - actions).abs()[mask].mean()

    def act(self, prediction: Tensor) -> Tensor:
        """The prediction itself."""
        return prediction
