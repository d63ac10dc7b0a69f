"""Chunks drawn by denoising."""

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

_WHO = "head 'diffusion'"


class DiffusionHead(Head):
    """L = mean of (eps - eps_hat(sqrt(abar_k) a + sqrt(1 - abar_k) eps, k, latent))^2.

    k is uniform over the training steps and eps standard normal. Source: Ho et al. (arXiv
    2006.11239); as a policy Chi et al., "Diffusion Policy" (arXiv 2303.04137), whose schedule this
    is. Actions are drawn with DDIM (Song et al., arXiv 2010.02502). Both schedulers are those of
    diffusers.

    Args:
        config: Sizes and schedule.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.

    Raises:
        AfilError: When diffusers is not installed.
    """

    class Config(TransformerConfig):
        """Options.

        Attributes:
            training_steps: Noise levels in training.
            sampling_steps: Of them used to draw a chunk; each is one run of the network.
            clip: What normalized actions are clipped to while they are drawn; zero for no clip.
        """

        training_steps: int = Field(100, ge=1)
        sampling_steps: int = Field(10, ge=1)
        clip: float = Field(5.0, ge=0)

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self._chunk = (horizon, actions)
        self._scheduler: Any = optional("diffusers", _WHO).DDIMScheduler(
            num_train_timesteps=config.training_steps,
            beta_schedule="squaredcos_cap_v2",
            clip_sample=config.clip > 0,
            clip_sample_range=config.clip or 1.0,
        )
        self.denoiser = Denoiser(config, size, horizon, actions, _WHO)

    def forward(self, latent: Tensor) -> Tensor:
        """The latent itself, which chunks are drawn for."""
        return latent

    def loss(self, prediction: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        """Mean squared error of the noise, over the actions that there are."""
        noise = torch.randn_like(actions)
        steps = torch.randint(self._config.training_steps, (len(actions),), device=actions.device)
        noisy = self._scheduler.add_noise(actions, noise, steps)
        found = self.denoiser(noisy, steps, prediction, mask)
        return masked_mean((found - noise).square(), mask[..., None])

    def act(self, prediction: Tensor) -> Tensor:
        """A chunk, drawn with torch's generator: float32 [B, H, D]."""
        device = prediction.device
        chunk = torch.randn(len(prediction), *self._chunk, device=device, dtype=prediction.dtype)
        steps = min(self._config.sampling_steps, self._config.training_steps)
        self._scheduler.set_timesteps(steps, device=device)
        for step in self._scheduler.timesteps:
            found = self.denoiser(chunk, step.expand(len(chunk)), prediction)
            chunk = self._scheduler.step(found, step, chunk).prev_sample
        return chunk
