"""Chunks drawn by following a learned flow."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field
from torch import Tensor

from afil_core.optional import optional
from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.chunk_transformer import TransformerConfig
from afil_policy.heads.denoiser import Denoiser

_WHO = "head 'flow'"
_TRAINING_STEPS = 1000


class FlowHead(Head):
    """L = mean of (v_hat(x_s, s, latent) - (eps - a))^2 with x_s = (1 - s) a + s eps.

    s is uniform in [0, 1] and eps standard normal. Source: Lipman et al., "Flow Matching for
    Generative Modeling" (arXiv 2210.02747), with the straight paths of rectified flow (arXiv
    2209.03003). Actions are drawn by Euler's method, the scheduler of diffusers.

    Args:
        config: Sizes.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.

    Raises:
        AfilError: When diffusers is not installed.
    """

    class Config(TransformerConfig):
        """Options.

        Attributes:
            sampling_steps: Steps in which a chunk is drawn; each is one run of the network.
        """

        sampling_steps: int = Field(10, ge=1)

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self._chunk = (horizon, actions)
        self._schedulers: Any = optional("diffusers", _WHO).FlowMatchEulerDiscreteScheduler
        self.denoiser = Denoiser(config, size, horizon, actions, _WHO)

    def forward(self, latent: Tensor) -> Tensor:
        """The latent itself, which chunks are drawn for."""
        return latent

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean squared error of the velocity, over the actions that there are."""
        noise = torch.randn_like(actions)
        share = torch.rand(len(actions), device=actions.device, dtype=actions.dtype)
        mixed = torch.lerp(actions, noise, share[:, None, None])
        found = self.denoiser(mixed, share * _TRAINING_STEPS, prediction, mask)
        return masked_mean((found - (noise - actions)).square(), mask[..., None])

    def act(self, prediction: Tensor) -> Tensor:
        """A chunk, drawn with torch's generator: float32 [B, H, D]."""
        device = prediction.device
        chunk = torch.randn(len(prediction), *self._chunk, device=device, dtype=prediction.dtype)
        # A scheduler counts its steps, so that each chunk needs one that has taken none.
        scheduler = self._schedulers(num_train_timesteps=_TRAINING_STEPS)
        scheduler.set_timesteps(self._config.sampling_steps, device=device)
        for step in scheduler.timesteps:
            found = self.denoiser(chunk, step.expand(len(chunk)), prediction)
            chunk = scheduler.step(found, step, chunk).prev_sample
        return chunk
