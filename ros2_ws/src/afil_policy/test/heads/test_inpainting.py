"""Chunks that begin with given actions, drawn by heads whose network is perfect."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from afil_policy.heads import HEADS
from afil_policy.heads.diffusion import DiffusionHead

HORIZON, SLOPE, GIVEN = 8, 0.1, 2
SAMPLES = 64


class Perfect(nn.Module):
    """What a network would have learned from ramps that begin anywhere: the exact mean.

    a = start + k * SLOPE with a standard normal start, so that a noisy chunk x = clear a + dim eps
    is normal, too, and the means of a and eps given x are linear in x.
    """

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.alphas = head._scheduler.alphas_cumprod if isinstance(head, DiffusionHead) else None
        self.mean = SLOPE * torch.arange(HORIZON, dtype=torch.float32)
        self.spread = torch.ones(HORIZON, HORIZON) + 1e-4 * torch.eye(HORIZON)

    def forward(self, noisy: Tensor, timesteps: Tensor, latent: Tensor) -> Tensor:
        assert latent.shape == (len(noisy), 4)
        share = timesteps[0] / 1000
        kept = None if self.alphas is None else self.alphas[timesteps[0].long()]
        clear, dim = (1 - share, share) if kept is None else (kept.sqrt(), (1 - kept).sqrt())
        whole = clear**2 * self.spread + dim**2 * torch.eye(HORIZON)
        away = torch.linalg.solve(whole, (noisy[..., 0] - clear * self.mean).T).T
        noise, actions = dim * away, self.mean + clear * away @ self.spread
        return (noise if kept is not None else noise - actions)[..., None]


@pytest.mark.parametrize("name", ["flow", "diffusion"])
def test_it_begins_with_what_is_executed_and_goes_on_without_a_jump(name: str) -> None:
    torch.manual_seed(0)
    head = HEADS.select(name, width=8, layers=1, attention_heads=2).build(4, HORIZON, 1).eval()
    head.denoiser = Perfect(head)
    assert head.takes_prefix
    starts = torch.linspace(-1.5, 1.5, SAMPLES)[:, None, None]
    prefix = starts + SLOPE * torch.arange(GIVEN)[None, :, None]
    with torch.inference_mode():
        prediction = head(torch.zeros(SAMPLES, 4))
        fresh = head.act(prediction)
        found = head.go_on(prediction, prefix)
    assert torch.equal(found[:, :GIVEN], prefix)
    jump = (found[:, GIVEN] - found[:, GIVEN - 1] - SLOPE).abs().mean()
    without = (fresh[:, GIVEN] - prefix[:, -1] - SLOPE).abs().mean()
    assert without > 0.8
    assert jump < 0.1
    # Beyond the border it goes on as the demonstrations do.
    torch.testing.assert_close(
        found[:, GIVEN + 1 :] - found[:, GIVEN:-1],
        torch.full((SAMPLES, HORIZON - GIVEN - 1, 1), SLOPE), atol=0.08, rtol=0,
    )  # fmt: skip


def test_a_head_that_can_not_go_on_says_so() -> None:
    head = HEADS.select("mse", hidden=[8]).build(4, HORIZON, 1)
    assert not head.takes_prefix
    with pytest.raises(NotImplementedError):
        head.go_on(torch.zeros(1, HORIZON, 1), torch.zeros(1, 1, 1))
