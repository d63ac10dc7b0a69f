from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from afil_policy.heads import HEADS
from afil_policy.heads.base import Head


def head(horizon: int = 4) -> Head:
    torch.manual_seed(0)
    return HEADS.select("mse", hidden=[16]).build(10, horizon, 3)


def test_the_prediction_is_a_chunk_of_actions() -> None:
    network, latent = head(), torch.randn(2, 10)
    prediction = network(latent)
    assert prediction.shape == (2, 4, 3)
    assert torch.equal(network.act(prediction), prediction)


@pytest.mark.parametrize("samples", [1, 7, 64])
def test_without_padding_the_loss_is_torchs_bit_for_bit_gradient_included(samples: int) -> None:
    prediction = torch.randn(samples, 1, 3, requires_grad=True)
    actions, mask = torch.randn(samples, 1, 3), torch.ones(samples, 1, dtype=torch.bool)
    loss = head(1).loss(prediction, actions, mask)
    expected = functional.mse_loss(prediction, actions)
    assert torch.equal(loss, expected)
    mine, theirs = (torch.autograd.grad(value, prediction)[0] for value in (loss, expected))
    assert torch.equal(mine, theirs)


def test_what_lies_behind_the_end_does_not_count() -> None:
    prediction, actions = torch.randn(2, 4, 3), torch.randn(2, 4, 3)
    mask = torch.tensor([[True, True, False, False], [True] * 4])
    loss = head().loss(prediction, actions, mask)
    torch.testing.assert_close(loss, functional.mse_loss(prediction[mask], actions[mask]))
    actions[0, 2:] = 1e6
    assert torch.equal(head().loss(prediction, actions, mask), loss)
