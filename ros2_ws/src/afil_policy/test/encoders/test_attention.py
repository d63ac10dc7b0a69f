from __future__ import annotations

import pytest
import torch
from torch import Tensor

from afil_policy.encoders.attention import attention_map, min_max, predict_attention
from afil_policy.encoders.base import Features


def features(seed: int = 0) -> Tensor:
    return torch.randn(2, 5, 6, 8, generator=torch.Generator().manual_seed(seed)) * 3


@pytest.mark.parametrize("size", [None, (24, 32)])
def test_attention_reaches_exactly_zero_and_one(size: tuple[int, int] | None) -> None:
    attention = predict_attention(features(), 1.0, size)
    assert attention.shape[1:] == (size or (6, 8))
    assert attention.amin(dim=(1, 2)).tolist() == [0.0, 0.0]
    assert attention.amax(dim=(1, 2)).tolist() == [1.0, 1.0]


def test_attention_follows_the_published_formula() -> None:
    z, tau = features(), 2.0
    m = torch.softmax(z.abs().sum(dim=1).flatten(1) / tau, dim=1).view(2, 6, 8)
    expected = torch.stack([(x - x.min()) / (x.max() - x.min()) for x in m])
    torch.testing.assert_close(predict_attention(z, tau), expected)


def plain(z: Tensor, tau: float) -> Tensor:
    """The formula as it is written, left to torch's own gradients."""
    m = torch.softmax(z.abs().sum(dim=1).flatten(1) / tau, dim=1)
    low = m.amin(dim=1, keepdim=True)
    return ((m - low) / (m.amax(dim=1, keepdim=True) - low)).view(len(z), *z.shape[2:])


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_value_and_gradient_are_those_of_the_formula(layout: torch.memory_format) -> None:
    wanted = features().to(torch.float64).requires_grad_()
    z = features().contiguous(memory_format=layout).requires_grad_()
    weights = torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(1))
    for found, attention in ((z, predict_attention(z, 2.0)), (wanted, plain(wanted, 2.0))):
        (weights * attention).sum().backward()
        assert found.grad is not None
    torch.testing.assert_close(predict_attention(z, 2.0), plain(wanted, 2.0).float())
    torch.testing.assert_close(z.grad, wanted.grad.float())  # type: ignore[union-attr]
    # In another layout than z's, adding it to the other gradients takes five times as long.
    assert z.grad.stride() == z.stride()  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [None, (9, 11)])
def test_the_gradient_is_the_limit_of_differences(size: tuple[int, int] | None) -> None:
    z = features()[:, :3, :3, :4].to(torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: predict_attention(x, 2.0, size), (z,))


def test_attention_does_not_change_when_a_constant_is_added_to_the_strength() -> None:
    z = features().abs()
    torch.testing.assert_close(
        predict_attention(z, 1.0), predict_attention(z + 0.5, 1.0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("size", [None, (24, 32)])
def test_a_constant_feature_map_gives_no_nan_in_value_or_gradient(
    size: tuple[int, int] | None,
) -> None:
    z = torch.ones(2, 5, 6, 8, requires_grad=True)
    attention = predict_attention(z, 1.0, size)
    attention.sum().backward()
    assert torch.isfinite(attention).all()
    assert z.grad is not None
    assert torch.isfinite(z.grad).all()


def test_attention_has_a_gradient() -> None:
    z = features().requires_grad_()
    predict_attention(z, 1.0)[:, 2, 2].sum().backward()
    assert z.grad is not None
    assert float(z.grad.abs().sum()) > 0


def test_min_max_of_a_flat_map_is_zero() -> None:
    assert min_max(torch.full((1, 3, 3), 0.7)).tolist() == torch.zeros(1, 3, 3).tolist()


def test_an_encoder_with_attention_of_its_own_is_believed() -> None:
    own = torch.tensor([[[0.1, 0.3], [0.2, 0.5]]])
    shown = attention_map(Features(torch.randn(1, 3, 2, 2), own), 1.0)
    torch.testing.assert_close(shown, torch.tensor([[[0.0, 0.5], [0.25, 1.0]]]))
    z = features()
    assert torch.equal(attention_map(Features(z), 2.0), predict_attention(z, 2.0))
