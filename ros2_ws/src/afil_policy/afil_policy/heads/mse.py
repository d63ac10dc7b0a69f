"""A multilayer perceptron that says what to do, trained by the squared error."""

from __future__ import annotations

from torch import Tensor

from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.mlp import MlpConfig, mlp


class MseHead(Head):
    """Deterministic actions.

    Args:
        config: The hidden layers.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
    """

    class Config(MlpConfig):
        """Options: the hidden layers."""

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._chunk = (horizon, actions)
        self.layers = mlp(config, size, horizon * actions)

    def forward(self, latent: Tensor) -> Tensor:
        """The actions, float32 [B, H, D]."""
        return self.layers(latent).unflatten(1, self._chunk)  # type: ignore[no-any-return]

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean of (a - a_hat)^2 over the actions that there are and their dimensions."""
        return masked_mean((prediction - actions).square(), mask[..., None])

    def act(self, prediction: Tensor) -> Tensor:
        """The prediction itself."""
        return prediction
