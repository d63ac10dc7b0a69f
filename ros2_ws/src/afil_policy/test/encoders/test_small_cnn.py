from __future__ import annotations

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.encoders import ENCODERS
from afil_policy.encoders.base import Encoder, Stack


def encoder(size: tuple[int, int] = (32, 48), frames: int = 1, **options: object) -> Encoder:
    return ENCODERS.select("small_cnn", **options).build(Stack(frames), size)


@pytest.mark.parametrize("norm", ["none", "group"])
@pytest.mark.parametrize("frames", [1, 2])
def test_the_map_has_the_shape_that_was_said(norm: str, frames: int) -> None:
    network = encoder(frames=frames, layers=[[8, 4, 2], [8, 4, 2]], norm=norm)
    found = network(torch.randn(4, 3 * frames, 32, 48))
    assert found.map.shape[1:] == network.shape == (8, 8, 12)
    assert found.attention is None


@pytest.mark.parametrize(("layers", "word"), [([[8, 3, 2]], "align"), ([[8, 32, 32]], "1x1")])
def test_layers_that_fit_no_map_are_refused(layers: list[list[int]], word: str) -> None:
    with pytest.raises(AfilError, match=word):
        encoder(layers=layers)


def test_the_default_network_stays_light_on_a_processor() -> None:
    z = torch.zeros(1, 3, 96, 128)
    products = 0
    for layer in encoder((96, 128)).layers:
        z = layer(z)
        if isinstance(layer, torch.nn.Conv2d):
            products += z[0].numel() * layer.weight[0].numel()
    assert 0 < products < 30e6
