"""A mixture of normal distributions for each action of the chunk."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal
from torch.nn import functional

from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.mlp import MlpConfig, mlp


class MixtureHead(Head):
    """L = mean of -log sum_k w_k N(a; mu_k, diag(sigma_k^2)) over the actions that there are.

    Each action of the chunk has a mixture of its own over all its dimensions, so that it may be
    one thing or the other and not what lies between. Source: Bishop, "Mixture Density Networks",
    1994; as a policy Mandlekar et al., "What Matters in Learning from Offline Human
    Demonstrations", CoRL 2021. The action taken is the mean of the most probable component.

    Args:
        config: The hidden layers and the components.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
    """

    class Config(MlpConfig):
        """Options.

        Attributes:
            components: Normal distributions of a mixture, K.
            min_std: What no deviation can fall below, in normalized actions.
        """

        components: int = Field(5, ge=1)
        min_std: float = Field(1e-2, gt=0)

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self._actions = actions
        self._shape = (horizon, config.components, 2 * actions + 1)
        self.layers = mlp(config, size, horizon * config.components * (2 * actions + 1))

    def forward(self, latent: Tensor) -> Tensor:
        """Means, deviations before softplus, and logits: float32 [B, H, K, 2 * D + 1]."""
        return self.layers(latent).unflatten(1, self._shape)  # type: ignore[no-any-return]

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean of -log p(a)."""
        means, raw, logits = torch.split(prediction, [self._actions, self._actions, 1], dim=3)
        std = functional.softplus(raw) + self._config.min_std
        mixture = MixtureSameFamily(
            Categorical(logits=logits[..., 0], validate_args=False),
            Independent(Normal(means, std, validate_args=False), 1, validate_args=False),
            validate_args=False,
        )
        likelihood = mixture.log_prob(actions)  # type: ignore[no-untyped-call]
        return masked_mean(-likelihood, mask)

    def act(self, prediction: Tensor) -> Tensor:
        """The mean of the most probable component, float32 [B, H, D]."""
        means, logits = prediction[..., : self._actions], prediction[..., -1]
        best = logits.argmax(dim=2)[:, :, None, None].expand(-1, -1, 1, self._actions)
        return torch.gather(means, 2, best)[:, :, 0]
