"""A normal distribution for each number of the chunk, trained by its likelihood."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.distributions import Normal

from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.mlp import MlpConfig, mlp


class GaussianHead(Head):
    """L = mean of -log N(a; mu, diag(sigma^2)) over the actions that there are.

    A likelihood of D dimensions is a sum over them, as in ``mixture``. With a fixed sigma of 1
    this is half the squared distance and a constant: the arm's loss in AutoFocus-IL's released
    code (arXiv 2511.18617). The action taken is mu.

    Args:
        config: The hidden layers and the deviation.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
    """

    class Config(MlpConfig):
        """Options.

        Attributes:
            std: Whether sigma is ``fixed``, ``learned`` (one for each number of the chunk) or
                ``predicted`` from what is seen.
            initial_std: sigma, or what it begins with; in normalized actions.
            min_std: What sigma can't fall below where it is not fixed.
        """

        std: Literal["fixed", "learned", "predicted"] = "fixed"
        initial_std: float = Field(1.0, gt=0)
        min_std: float = Field(1e-2, gt=0)

    log_std: Tensor

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self._chunk = (2 if config.std == "predicted" else 1, horizon, actions)
        self.layers = mlp(config, size, self._chunk[0] * horizon * actions)
        log_std = torch.full((horizon, actions), config.initial_std).log()
        if config.std == "fixed":
            self.register_buffer("log_std", log_std, persistent=False)
        elif config.std == "learned":
            self.log_std = nn.Parameter(log_std)
        else:
            # The deviation begins at the same value whatever is seen.
            last = self.layers[-1]
            assert isinstance(last, nn.Linear)
            with torch.no_grad():
                last.weight[horizon * actions :] = 0
                last.bias[horizon * actions :] = log_std.flatten()

    def forward(self, latent: Tensor) -> Tensor:
        """Means and logarithms of the deviations, float32 [B, 2, H, D]."""
        found: Tensor = self.layers(latent).unflatten(1, self._chunk)
        if self._config.std == "predicted":
            return found
        return torch.cat([found, self.log_std.expand_as(found)], dim=1)

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean of -log p(a)."""
        mean, log_std = prediction.unbind(1)
        std = log_std.exp()
        if self._config.std != "fixed":
            std = std.clamp(min=self._config.min_std)
        likelihood = Normal(mean, std, validate_args=False).log_prob(actions)  # type: ignore[no-untyped-call]
        return masked_mean(-likelihood.sum(dim=2), mask)

    def act(self, prediction: Tensor) -> Tensor:
        """The means, float32 [B, H, D]."""
        return prediction[:, 0]
