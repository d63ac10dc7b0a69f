"""Chunks drawn by denoising."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
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
    is, out of diffusers. Actions are drawn with DDIM (Song et al., arXiv 2010.02502).

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
            sampling_steps: Of them used to draw a chunk, evenly spread; each is one run of the
                network.
            clip: What normalized actions are clipped to while they are drawn; zero for no clip.
        """

        training_steps: int = Field(100, ge=2)
        sampling_steps: int = Field(10, ge=2)
        clip: float = Field(5.0, ge=0)

    takes_prefix: ClassVar[bool] = True

    def __init__(self, config: Config, size: int, horizon: int, actions: int) -> None:
        super().__init__()
        self._config = config
        self._chunk = (horizon, actions)
        self._scheduler: Any = optional("diffusers", _WHO).DDIMScheduler(
            num_train_timesteps=config.training_steps, beta_schedule="squaredcos_cap_v2"
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
        for step, kept, then in self._steps(prediction):
            found = self.denoiser(chunk, step.expand(len(chunk)), prediction)
            chunk = self._stepped(chunk, found, kept, then)
        return chunk

    def go_on(self, prediction: Tensor, prefix: Tensor) -> Tensor:
        """A chunk that begins with given actions, drawn as such: float32 [B, H, D].

        Guided by the pseudoinverse (Song et al., ICLR 2023), its first actions being the prefix
        with the noise of the step. Each step also runs the network backward.
        """
        noise = self._noise(prediction)
        with gradients(prediction, prefix, noise) as (latent, given, drawn):
            chunk, ours = drawn, drawn[:, : given.shape[1]]
            for step, kept, then in self._steps(prediction):
                clear, dim = math.sqrt(kept), math.sqrt(1 - kept)
                chunk = begun(chunk, clear * given + dim * ours).detach().requires_grad_()
                found = self.denoiser(chunk, step.expand(len(chunk)), latent)
                towards = pull(chunk, (chunk - dim * found) / clear, given)
                chunk = self._stepped(chunk.detach(), found.detach(), kept, then) + clear * towards
            return begun(chunk, given)

    def _noise(self, prediction: Tensor) -> Tensor:
        size = (len(prediction), *self._chunk)
        return torch.randn(size, device=prediction.device, dtype=prediction.dtype)

    def _steps(self, prediction: Tensor) -> Iterator[tuple[Tensor, float, float]]:
        """Steps from the noisiest to 0, each with abar there and at the next; 1 after the last."""
        every = self._config.training_steps
        count = min(self._config.sampling_steps, every)
        # Never from the very last where there are fewer: there actions are 2,000 times the error.
        steps = [i * every // count for i in reversed(range(count))]
        kept = [*self._scheduler.alphas_cumprod[steps].tolist(), 1.0]
        timesteps = torch.tensor(steps, device=prediction.device)
        for timestep, (here, then) in zip(timesteps, pairwise(kept), strict=True):
            yield timestep, here, then

    def _stepped(self, chunk: Tensor, noise: Tensor, kept: float, then: float) -> Tensor:
        """One step of DDIM: eq. 12 with sigma = 0, from abar ``kept`` to ``then``.

        diffusers' own goes to the wrong step where the sampling steps don't divide the training
        steps.
        """
        clean = (chunk - math.sqrt(1 - kept) * noise) / math.sqrt(kept)
        if self._config.clip > 0:
            clean = clean.clamp(-self._config.clip, self._config.clip)
        return math.sqrt(then) * clean + math.sqrt(1 - then) * noise
