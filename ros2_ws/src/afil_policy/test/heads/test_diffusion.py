"""How chunks are drawn, with a network that knows which one is meant."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn

from afil_policy.heads import HEADS

CHUNK = torch.tensor([[[0.5, -1.0], [2.0, 0.0], [-3.0, 1.5]]])


class Knowing(nn.Module):
    """Says which noise makes CHUNK look as it does, and notes what it was asked."""

    def __init__(self, kept: Tensor) -> None:
        super().__init__()
        self.kept, self.steps, self.noises = kept, list[int](), list[Tensor]()

    def forward(self, noisy: Tensor, timesteps: Tensor, latent: Tensor) -> Tensor:
        kept = self.kept[timesteps[0]]
        self.steps.append(int(timesteps[0]))
        self.noises.append((noisy - kept.sqrt() * CHUNK) / (1 - kept).sqrt())
        return self.noises[-1]


@pytest.mark.parametrize("count", [2, 7, 10, 16, 51, 60, 99, 100, 500])
def test_it_begins_near_the_last_step_and_each_step_goes_to_the_next(count: int) -> None:
    head = HEADS.select("diffusion", width=8, piece=8, sampling_steps=count).build(4, 3, 2)
    head.denoiser = knowing = Knowing(head._scheduler.alphas_cumprod)
    torch.manual_seed(0)
    torch.testing.assert_close(head.act(torch.zeros(1, 4)), CHUNK, atol=1e-4, rtol=0)
    runs = min(count, 100)
    assert len(knowing.steps) == runs
    assert 99 - knowing.steps[0] <= 100 / runs
    assert knowing.steps[-1] == 0
    gaps = {a - b for a, b in itertools.pairwise(knowing.steps)}
    assert gaps <= {100 // runs, 100 // runs + 1}
    # The noise that was there stays the noise: no step is taken further or less far than it is.
    for noise in knowing.noises:
        torch.testing.assert_close(noise, knowing.noises[0], atol=2e-3, rtol=0)


def test_steps_that_divide_the_training_steps_are_those_of_diffusers() -> None:
    torch.manual_seed(0)
    head = HEADS.select("diffusion", width=8, piece=8, sampling_steps=5).build(4, 3, 2).eval()
    latent, scheduler = torch.randn(6, 4), head._scheduler
    scheduler.register_to_config(clip_sample=True, clip_sample_range=5.0)
    scheduler.set_timesteps(5)
    with torch.no_grad():
        torch.manual_seed(1)
        chunk = torch.randn(6, 3, 2)
        for step in scheduler.timesteps:
            chunk = scheduler.step(head.denoiser(chunk, step.expand(6), latent), step, chunk)[0]
        torch.manual_seed(1)
        torch.testing.assert_close(head.act(latent), chunk)


@pytest.mark.parametrize(("clip", "largest"), [(1.0, 1.0), (0.0, 3.0)])
def test_actions_are_clipped_while_they_are_drawn(clip: float, largest: float) -> None:
    head = HEADS.select("diffusion", width=8, piece=8, clip=clip).build(4, 3, 2)
    head.denoiser = Knowing(head._scheduler.alphas_cumprod)
    acted = head.act(torch.zeros(1, 4))
    assert float(acted.abs().max()) == pytest.approx(largest, abs=1e-3)
