from __future__ import annotations

import pytest
import torch

from afil_policy.encoders import Features
from afil_policy.pooling import POOLING

SHAPE = (5, 6, 8)


@pytest.mark.parametrize("name", POOLING.names())
def test_the_vector_has_the_length_that_was_said(name: str) -> None:
    pooling = POOLING.select(name).build(SHAPE)
    assert pooling(Features(torch.randn(4, *SHAPE))).shape == (4, pooling.size)


@pytest.mark.parametrize("name", POOLING.names())
def test_what_the_encoder_attends_to_is_passed_on(name: str) -> None:
    pooling, attention = POOLING.select(name).build(SHAPE), torch.rand(4, 6, 8)
    assert pooling.attention(Features(torch.randn(4, *SHAPE), attention)) is attention
    assert pooling.attention(Features(torch.randn(4, *SHAPE))) is None


def test_spatial_softmax_finds_the_place_of_a_peak() -> None:
    z = torch.zeros(1, *SHAPE)
    z[0, 3, 0, 7] = 50.0
    x, y = POOLING.select("spatial_softmax").build(SHAPE)(Features(z)).view(5, 2)[3]
    assert (float(x), float(y)) == pytest.approx((1.0, -1.0), abs=1e-4)


def test_a_high_temperature_pulls_positions_to_the_middle() -> None:
    z = torch.zeros(1, *SHAPE)
    z[0, 3, 0, 7] = 5.0
    sharp = POOLING.select("spatial_softmax").build(SHAPE)(Features(z))
    soft = POOLING.select("spatial_softmax", temperature=10.0).build(SHAPE)(Features(z))
    assert float(soft.abs().max()) < 0.5 * float(sharp.abs().max())


def test_the_average_of_a_constant_channel_is_that_constant() -> None:
    z = torch.arange(5.0).view(1, 5, 1, 1).expand(1, *SHAPE)
    pooled = POOLING.select("average").build(SHAPE)(Features(z))
    torch.testing.assert_close(pooled, torch.arange(5.0)[None])
