from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn

from afil_core.errors import AfilError
from afil_policy.encoders import ENCODERS
from afil_policy.encoders.base import Features, Stack
from afil_policy.pooling import POOLING

SIZE = (180, 320)


def test_the_published_shapes_come_out() -> None:
    encoder = ENCODERS.select("paper_cnn").build(Stack(2), SIZE)
    shapes = []
    for module in encoder.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda m, a, z: shapes.append(tuple(z.shape[1:])))
    found = encoder(torch.rand(1, 6, *SIZE))
    assert tuple(found.map.shape[1:]) == encoder.shape == (64, 20, 38)
    inner = [(32, 20, 38), (128, 20, 38)] * 2
    strided = [(32, 90, 160), (64, 45, 80), (128, 22, 40), (128, 20, 38)]
    assert shapes == [*strided, *inner, (128, 20, 38), (64, 20, 38)]
    # Two gray frames go in, as published.
    assert encoder.blocks[0][0].in_channels == 2
    latent = POOLING.select("linear").build(encoder.shape)
    assert (latent.layer.in_features, latent.layer.out_features) == (48640, 256)
    assert latent(Features(found.map)).shape == (1, 256)


def test_the_map_is_linear_in_nothing_behind_its_last_layer() -> None:
    encoder = ENCODERS.select("paper_cnn").build(Stack(), (48, 64))
    assert float(encoder(torch.rand(2, 3, 48, 64) * 2 - 1).map.detach().min()) < 0


def test_weights_begin_orthogonal_and_biases_at_zero() -> None:
    first = ENCODERS.select("paper_cnn").build(Stack(2), SIZE).blocks[1][0]
    rows = first.weight.detach().flatten(1)
    torch.testing.assert_close(rows @ rows.T, 2 * torch.eye(64), rtol=1e-4, atol=1e-4)
    assert not first.bias.any()


def test_gray_is_that_of_the_released_code_and_added_channels_stay() -> None:
    encoder = ENCODERS.select("paper_cnn").build(Stack(added=1), (48, 64))
    color = torch.rand(1, 4, 48, 64) * 2 - 1
    gray = color.clone()
    luma = 0.299 * color[:, 0] + 0.587 * color[:, 1] + 0.114 * color[:, 2]
    gray[:, 0] = gray[:, 1] = gray[:, 2] = luma
    torch.testing.assert_close(encoder(color).map, encoder(gray).map)
    gray[:, 3] = 0
    assert not torch.allclose(encoder(color).map, encoder(gray).map)
    colored = ENCODERS.select("paper_cnn", gray=False).build(Stack(added=1), (48, 64))
    assert colored.blocks[0][0].in_channels == 4


def test_images_that_are_too_small_are_a_sentence() -> None:
    with pytest.raises(AfilError, match="at least 24x24, not 16x64"):
        ENCODERS.select("paper_cnn").build(Stack(), (16, 64))


def test_early_blocks_halve_the_image() -> None:
    z = torch.rand(1, 1, 48, 64)
    sizes = [48]
    for block in ENCODERS.select("paper_cnn").build(Stack(), (48, 64)).early_blocks():
        z = block(z)
        sizes.append(z.shape[2])
    assert all(before == 2 * after for before, after in pairwise(sizes))
