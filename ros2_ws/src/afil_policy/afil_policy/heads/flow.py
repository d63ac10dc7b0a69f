"""Chunks drawn by following a learned flow."""

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

_WHO = "head 'flow'"
_TRAINING_STEPS = 1000
# beta of arXiv 2506.07339.
_STRONGEST = 5.0


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

    takes_prefix: ClassVar[bool] = True

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
        chunk, scheduler = self._noise(prediction), self._scheduler(prediction)
        for step in scheduler.timesteps:
            found = self.denoiser(chunk, step.expand(len(chunk)), prediction)
            chunk = scheduler.step(found, step, chunk).prev_sample
        return chunk

    def go_on(self, prediction: Tensor, prefix: Tensor) -> Tensor:
        """A chunk that begins with given actions, drawn as such: float32 [B, H, D].

        The flow is guided as in arXiv 2506.07339, and its first actions are those of the straight
        path that ends in the prefix. Each step also runs the network backward.
        """
        noise, scheduler = self._noise(prediction), self._scheduler(prediction)
        with gradients(prediction, prefix, noise) as (latent, given, drawn):
            chunk, ours = drawn, drawn[:, : given.shape[1]]
            for step in scheduler.timesteps:
                share = float(step) / _TRAINING_STEPS
                chunk = begun(chunk, torch.lerp(given, ours, share)).detach().requires_grad_()
                found = self.denoiser(chunk, step.expand(len(chunk)), latent)
                towards = pull(chunk, chunk - share * found, given)
                guided = found.detach() - _strength(share) * towards
                chunk = scheduler.step(guided, step, chunk.detach()).prev_sample
            return begun(chunk, given)

    def _noise(self, prediction: Tensor) -> Tensor:
        size = (len(prediction), *self._chunk)
        return torch.randn(size, device=prediction.device, dtype=prediction.dtype)

    def _scheduler(self, prediction: Tensor) -> Any:
        # A scheduler counts its steps, so that each chunk needs one that has taken none.
        scheduler = self._schedulers(num_train_timesteps=_TRAINING_STEPS)
        scheduler.set_timesteps(self._config.sampling_steps, device=prediction.device)
        return scheduler


def _strength(share: float) -> float:
    """Weight of the guidance at a share of noise, eq. 2 of arXiv 2506.07339 (tau = 1 - share)."""
    clean = 1 - share
    if clean * share == 0:
        return _STRONGEST
    return min(_STRONGEST, (clean**2 + share**2) / (clean * share))
