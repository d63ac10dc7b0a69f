"""Heads with a distribution, against torch's own and against arithmetic."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.heads import HEADS
from afil_policy.training.config import TrainConfig

EVERY = torch.ones(6, 4, dtype=torch.bool)


def test_a_fixed_deviation_of_one_is_half_the_squared_distance_and_a_constant() -> None:
    head = HEADS.select("gaussian", hidden=[8]).build(5, 4, 3)
    prediction, actions = head(torch.randn(6, 5)), torch.randn(6, 4, 3)
    squares = (prediction[:, 0] - actions).square().sum(dim=2)
    expected = 0.5 * squares.mean() + 3 * 0.5 * math.log(2 * math.pi)
    torch.testing.assert_close(head.loss(prediction, actions, EVERY), expected)
    assert "log_std" not in head.state_dict()


@pytest.mark.parametrize("std", ["learned", "predicted"])
def test_a_deviation_that_is_learned_finds_that_of_the_actions(std: str) -> None:
    torch.manual_seed(0)
    head = HEADS.select("gaussian", std=std, initial_std=0.5, hidden=[8]).build(5, 1, 1)
    latent, actions = torch.zeros(2000, 5), 0.1 * torch.randn(2000, 1, 1)
    mask = torch.ones(2000, 1, dtype=torch.bool)
    torch.testing.assert_close(head(latent)[0, 1, 0, 0], torch.tensor(0.5).log())
    optimizer = torch.optim.Adam(head.parameters(), lr=2e-2)
    for _ in range(300):
        optimizer.zero_grad()
        head.loss(head(latent), actions, mask).backward()
        optimizer.step()
    assert head(latent)[0, 1].exp().item() == pytest.approx(0.1, rel=0.1)


def test_a_likelihood_grows_with_the_dimensions_of_an_action_and_not_with_the_chunk() -> None:
    for name, options in (("gaussian", {}), ("mixture", {"components": 1})):
        losses = {}
        for horizon, dimensions in ((1, 1), (1, 7), (5, 7)):
            head = HEADS.select(name, hidden=[8], **options).build(5, horizon, dimensions)
            for weight in head.parameters():
                weight.data.zero_()
            actions = torch.ones(6, horizon, dimensions)
            mask = torch.ones(6, horizon, dtype=torch.bool)
            losses[horizon, dimensions] = head.loss(head(torch.zeros(6, 5)), actions, mask).item()
        assert losses[1, 7] == pytest.approx(7 * losses[1, 1]), name
        assert losses[5, 7] == pytest.approx(losses[1, 7]), name


def test_a_mixture_of_one_is_a_normal_distribution() -> None:
    head = HEADS.select("mixture", components=1, min_std=0.5, hidden=[8]).build(5, 4, 3)
    prediction, actions = head(torch.randn(6, 5)), torch.randn(6, 4, 3)
    mean, raw = prediction[:, :, 0, :3], prediction[:, :, 0, 3:6]
    normal = torch.distributions.Normal(mean, functional.softplus(raw) + 0.5)
    expected = -normal.log_prob(actions).sum(dim=2).mean()
    torch.testing.assert_close(head.loss(prediction, actions, EVERY), expected)
    assert torch.equal(head.act(prediction), mean)


def test_a_mixture_does_not_act_between_its_components() -> None:
    head = HEADS.select("mixture", components=2, hidden=[8]).build(5, 1, 1)
    prediction = torch.tensor([[[[-1.0, -5.0, 0.1], [1.0, -5.0, 0.2]]]])
    assert head.act(prediction).item() == 1.0


def test_an_action_falls_in_its_bin_and_comes_back_as_its_center() -> None:
    head = HEADS.select("bins", bins=4, low=-2.0, high=2.0, hidden=[8]).build(5, 1, 1)
    certain = torch.tensor([[[[0.0, 0.0, 100.0, 0.0]]]])
    mask = torch.ones(1, 1, dtype=torch.bool)
    assert head.act(certain).item() == 0.5
    for action, fits in ((0.0, True), (0.99, True), (1.0, False), (-0.01, False), (9.0, False)):
        loss = float(head.loss(certain, torch.tensor([[[action]]]), mask))
        assert (loss < 1e-6) == fits, action
    outermost = certain.roll(1, dims=3)
    assert float(head.loss(outermost, torch.tensor([[[9.0]]]), mask)) < 1e-6


def test_the_mean_over_bins_lies_between_centers() -> None:
    head = HEADS.select("bins", bins=2, low=-2.0, high=2.0, take="mean", hidden=[8])
    assert head.build(5, 1, 1).act(torch.zeros(1, 1, 1, 2)).item() == 0.0


def test_edges_in_the_wrong_order_are_a_sentence() -> None:
    with pytest.raises(AfilError, match="'low' that is below 'high'"):
        schema.parse(TrainConfig, "head: {name: bins, low: 1.0, high: -1.0}", "x.yaml")


def test_style_counts_in_training_alone_and_is_pulled_to_a_normal_distribution() -> None:
    torch.manual_seed(0)
    options = {"width": 16, "layers": 1, "piece": 8, "style": 4}
    head = HEADS.select("transformer", **options).build(20, 4, 3)
    latent, actions = torch.randn(6, 20), torch.randn(6, 4, 3)
    head.posterior.outputs.weight.data.zero_()
    head.posterior.outputs.bias.data = torch.tensor([0.5] * 4 + [0.0] * 4)
    # KL(N(0.5, 1) || N(0, 1)) of 4 independent numbers.
    with_style = head.loss(latent, actions, EVERY)
    head.style.weight.data.zero_()
    torch.manual_seed(1)
    expected = (head.act(latent) - actions).abs().mean() + 10.0 * 4 * 0.5 * 0.5**2
    torch.testing.assert_close(head.loss(latent, actions, EVERY), expected)
    assert with_style.item() > 5.0
    head.eval()
    plain = (head.act(latent) - actions).abs().mean()
    torch.testing.assert_close(head.loss(latent, actions, EVERY), plain)


def test_a_chunk_transformer_sees_every_number_of_the_latent() -> None:
    torch.manual_seed(0)
    options = {"width": 16, "layers": 1, "piece": 8, "style": 0}
    head = HEADS.select("transformer", **options).build(20, 4, 3)
    latent = torch.randn(1, 20, requires_grad=True)
    head.act(latent).square().sum().backward()
    assert latent.grad is not None
    assert (latent.grad != 0).all()
