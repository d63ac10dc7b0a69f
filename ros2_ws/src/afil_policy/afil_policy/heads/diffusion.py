"""Chunks drawn by denoising."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor

from afil_core.optional import optional
from afil_policy.data.masked_mean import masked_mean
from afil_policy.heads.base import Head
from afil_policy.heads.chunk_transformer import TransformerConfig
from afil_policy.heads.denoiser import Denoiser
from afil_policy.heads.inpainting import begun, gradients, pull

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

    takes_prefix: ClassVar[bool] = True

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
        chunk = self._noise(prediction)
        for step in self._steps(prediction):
            found = self.denoiser(chunk, step.expand(len(chunk)), prediction)
            chunk = self._scheduler.step(found, step, chunk).prev_sample
        return chunk

    def go_on(self, prediction: Tensor, prefix: Tensor) -> Tensor:
        """A chunk that begins with given actions, drawn as such: float32 [B, H, D].

        Guided by the pseudoinverse (Song et al., ICLR 2023), its first actions being the prefix
        with the noise of the step. Each step also runs the network backward.
        """
        noise, steps = self._noise(prediction), self._steps(prediction)
        with gradients(prediction, prefix, noise) as (latent, given, drawn):
            chunk, ours = drawn, drawn[:, : given.shape[1]]
            for step in steps:
                kept = float(self._scheduler.alphas_cumprod[step])
                clear, dim = kept**0.5, (1 - kept) ** 0.5
                chunk = begun(chunk, clear * given + dim * ours).detach().requires_grad_()
                found = self.denoiser(chunk, step.expand(len(chunk)), latent)
                towards = pull(chunk, (chunk - dim * found) / clear, given)
                chunk = self._scheduler.step(found.detach(), step, chunk.detach()).prev_sample
                chunk = chunk + clear * towards
            return begun(chunk, given)

    def _noise(self, prediction: Tensor) -> Tensor:
        size = (len(prediction), *self._chunk)
        return torch.randn(size, device=prediction.device, dtype=prediction.dtype)

    def _steps(self, prediction: Tensor) -> Tensor:
        steps = min(self._config.sampling_steps, self._config.training_steps)
        self._scheduler.set_timesteps(steps, device=prediction.device)
        return self._scheduler.timesteps  # type: ignore[no-any-return]
