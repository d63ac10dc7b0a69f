"""What the channels of an image are, and that no encoder takes one thing for another."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from afil_core.errors import AfilError
from afil_policy.encoders import ENCODERS
from afil_policy.encoders.base import Encoder, Stack
from afil_policy.encoders.pretrained import restoring

SIZE = (48, 64)
# A vision transformer refuses both (test_vit.py).
TAKING_ALL = sorted({*ENCODERS.names()} - {"vit"})


def first_layer(encoder: Encoder) -> nn.Conv2d:
    return next(m for m in encoder.modules() if isinstance(m, nn.Conv2d))


@pytest.mark.parametrize("name", TAKING_ALL)
def test_three_maps_behind_three_frames_are_no_fourth_frame(name: str) -> None:
    torch.manual_seed(0)
    encoder = ENCODERS.select(name).build(Stack(3, added=3), SIZE).eval()
    images = torch.rand(1, 12, *SIZE) * 2 - 1
    # Gray would not show this change: 0.299 * 0.587 - 0.587 * 0.299 = 0.
    changed = images.clone()
    changed[:, 9] += 0.587
    changed[:, 10] -= 0.299
    assert not torch.allclose(encoder(images).map, encoder(changed).map, atol=1e-4)


@pytest.mark.parametrize("name", TAKING_ALL)
@pytest.mark.parametrize("frames", [1, 2, 3])
def test_each_frame_of_depth_is_seen_by_itself(name: str, frames: int) -> None:
    encoder = ENCODERS.select(name).build(Stack(frames, channels=1), SIZE)
    assert first_layer(encoder).in_channels == frames
    assert encoder(torch.rand(2, frames, *SIZE)).map.shape[1:] == encoder.shape


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_weights_that_were_trained_on_color_refuse_depth(frames: int) -> None:
    selection = ENCODERS.select("resnet", weights="imagenet")
    with restoring({}), pytest.raises(AfilError, match=r"frames of color.*weights to none"):
        selection.build(Stack(frames, channels=1), SIZE)
