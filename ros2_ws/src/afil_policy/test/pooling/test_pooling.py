from __future__ import annotations

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.encoders.base import Features
from afil_policy.pooling import POOLING
from afil_policy.pooling.base import Pooling

SHAPE = (5, 6, 8)


@pytest.mark.parametrize("name", POOLING.names())
def test_the_vector_has_the_length_that_was_said(name: str) -> None:
    pooling = POOLING.select(name).build(SHAPE)
    found = Features(torch.randn(4, *SHAPE), summary=torch.randn(4, SHAPE[0]))
    assert pooling(found).shape == (4, pooling.size)


@pytest.mark.parametrize("name", sorted({*POOLING.names()} - {"attentive"}))
def test_what_the_encoder_attends_to_is_passed_on(name: str) -> None:
    pooling, attention = POOLING.select(name).build(SHAPE), torch.rand(4, 6, 8)
    features = Features(torch.randn(4, *SHAPE), attention, torch.rand(4, 2, 6, 8))
    assert pooling.looked(features) is features


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


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_spatial_softmax_is_the_expected_place(layout: torch.memory_format) -> None:
    z = torch.randn(4, *SHAPE, generator=torch.Generator().manual_seed(0))
    share = torch.softmax(z.flatten(2) / 2, dim=2).view(z.shape)
    x = (share.sum(dim=2) * torch.linspace(-1, 1, 8)).sum(dim=2)
    y = (share.sum(dim=3) * torch.linspace(-1, 1, 6)).sum(dim=2)
    pooling = POOLING.select("spatial_softmax", temperature=2.0).build(SHAPE)
    found = pooling(Features(z.contiguous(memory_format=layout)))
    torch.testing.assert_close(found, torch.stack([x, y], dim=2).flatten(1))


def test_the_average_of_a_constant_channel_is_that_constant() -> None:
    z = torch.arange(5.0).view(1, 5, 1, 1).expand(1, *SHAPE)
    pooled = POOLING.select("average").build(SHAPE)(Features(z))
    torch.testing.assert_close(pooled, torch.arange(5.0)[None])


def attentive(**options: int) -> Pooling:
    torch.manual_seed(0)
    return POOLING.select("attentive", width=8, attention_heads=2, **options).build(SHAPE)


def test_attentive_pooling_looks_with_shares_of_one() -> None:
    pooling, features = attentive(queries=3), Features(torch.randn(4, *SHAPE), torch.rand(4, 6, 8))
    looked = pooling.looked(features)
    heads = looked.heads
    assert heads.shape == (4, 6, 6, 8)
    torch.testing.assert_close(heads.sum(dim=(2, 3)), torch.ones(4, 6))
    torch.testing.assert_close(looked.attention, heads.mean(dim=1))
    assert looked.map is features.map


def test_what_attentive_pooling_does_not_look_at_can_not_reach_the_vector() -> None:
    torch.manual_seed(0)
    pooling = POOLING.select("attentive", width=8, attention_heads=1).build(SHAPE)
    pooling.queries.data *= 1e5
    z = torch.randn(1, *SHAPE, requires_grad=True)
    place = pooling.looked(Features(z)).attention.detach().flatten().argmax()
    pooling(Features(z)).square().sum().backward()
    reached = z.grad.abs().sum(dim=1).flatten()
    assert reached[place] > 0
    assert float(reached.sum() - reached[place]) < 1e-4 * float(reached[place])


def test_a_width_that_the_attention_heads_can_not_share_is_a_sentence() -> None:
    with pytest.raises(AfilError, match="multiple of 'attention_heads', 4, and not 50"):
        POOLING.select("attentive", width=50)


def test_attentive_pooling_can_say_where_something_is() -> None:
    z = torch.zeros(2, *SHAPE)
    z[0, :, 0, 0] = z[1, :, 5, 7] = 1.0
    here, there = attentive()(Features(z))
    assert not torch.allclose(here, there, atol=1e-4)


def test_tokens_are_cells_one_after_the_other() -> None:
    pooling, z = POOLING.select("tokens", width=3).build(SHAPE), torch.randn(2, *SHAPE)
    expected = pooling.cells(z)[:, :, 2, 5]
    torch.testing.assert_close(pooling(Features(z)).view(2, 6 * 8, 3)[:, 2 * 8 + 5], expected)


def test_a_summary_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(AfilError, match="choose another pooling"):
        POOLING.select("summary").build(SHAPE)(Features(torch.randn(1, *SHAPE)))
