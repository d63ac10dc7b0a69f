"""What holds for every head."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.heads import HEADS
from afil_policy.heads.base import Head

SMALL: dict[str, dict[str, Any]] = {
    name: {"hidden": [32]} for name in ("bins", "gaussian", "mixture", "mse")
} | {name: {"width": 16, "layers": 1, "piece": 8} for name in ("diffusion", "flow", "transformer")}
H, D = 4, 3


def head(name: str, horizon: int = H, **options: Any) -> Head:
    torch.manual_seed(0)
    return HEADS.select(name, **SMALL.get(name, {}) | options).build(20, horizon, D)


@pytest.mark.parametrize("name", HEADS.names())
@pytest.mark.parametrize("horizon", [1, H])
def test_a_chunk_comes_out_and_the_loss_is_one_number(name: str, horizon: int) -> None:
    network = head(name, horizon)
    prediction = network(torch.randn(5, 20))
    mask = torch.ones(5, horizon, dtype=torch.bool)
    assert network.loss(prediction, torch.randn(5, horizon, D), mask).shape == ()
    acted = network.act(prediction)
    assert acted.shape == (5, horizon, D)
    assert torch.isfinite(acted).all()


@pytest.mark.parametrize("name", HEADS.names())
def test_what_lies_behind_the_end_does_not_count(name: str) -> None:
    network, latent = head(name), torch.randn(2, 20)
    mask = torch.tensor([[True, True, False, False], [True] * H])
    actions = torch.randn(2, H, D)
    other = torch.where(mask[..., None], actions, torch.full_like(actions, 0.5))
    losses = []
    for each in (actions, other):
        torch.manual_seed(1)
        losses.append(network.eval().loss(network(latent), each, mask).item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    nothing = network.loss(network(latent), actions, torch.zeros(2, H, dtype=torch.bool))
    assert nothing.item() == 0.0


@pytest.mark.parametrize("name", HEADS.names())
def test_a_chunk_is_learned(name: str) -> None:
    network = head(name, **({"style": 4, "kl_weight": 0.1} if name == "transformer" else {}))
    latent = torch.randn(2, 20)
    actions = torch.tensor([[[0.5, -1.0, 1.5]], [[-0.5, 1.0, 0.0]]]).expand(2, H, D)
    mask = torch.ones(2, H, dtype=torch.bool)
    sampler = name in ("diffusion", "flow")
    repeat = 32 if sampler else 1
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3 if sampler else 1e-2)
    for _ in range(250 if sampler else 120):
        optimizer.zero_grad()
        many = [x.repeat_interleave(repeat, 0) for x in (latent, actions, mask)]
        network.loss(network(many[0]), many[1], many[2]).backward()
        optimizer.step()
    found = network.eval().act(network(latent))
    assert (found - actions).abs().mean().item() < 0.25


@pytest.mark.parametrize("name", ["diffusion", "flow", "transformer"])
def test_a_width_that_the_attention_heads_can_not_share_is_a_sentence(name: str) -> None:
    with pytest.raises(AfilError, match="multiple of 'attention_heads', 4, and not 50"):
        HEADS.select(name, width=50)


@pytest.mark.parametrize("name", ["diffusion", "flow"])
def test_what_is_drawn_comes_from_torchs_generator(name: str) -> None:
    network, latent = head(name), torch.randn(2, 20)
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(network.act(network(latent)))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
