from __future__ import annotations

import pytest
import torch
import torchvision.models

from afil_core.errors import AfilError
from afil_policy.encoders import ENCODERS
from afil_policy.encoders.base import Stack
from afil_policy.encoders.pretrained import ImagenetScale, restoring, widened


@pytest.mark.parametrize(
    ("depth", "stages", "shape"),
    [(18, 4, (512, 2, 2)), (34, 3, (256, 3, 4)), (50, 2, (512, 6, 8)), (101, 1, (256, 12, 16))],
)
def test_the_map_has_the_shape_that_was_said(
    depth: int, stages: int, shape: tuple[int, ...]
) -> None:
    encoder = ENCODERS.select("resnet", depth=depth, stages=stages).build(Stack(), (48, 64))
    found = encoder(torch.randn(2, 3, 48, 64)).map
    assert tuple(found.shape[1:]) == encoder.shape == shape


def test_it_is_torchvisions_network_up_to_its_last_map() -> None:
    torch.manual_seed(0)
    encoder = ENCODERS.select("resnet").build(Stack(), (64, 64)).eval()
    torch.manual_seed(0)
    theirs = torchvision.models.resnet18().eval()
    maps = []
    theirs.layer4.register_forward_hook(lambda m, a, z: maps.append(z))
    images = torch.randn(1, 3, 64, 64)
    theirs(images)
    assert torch.equal(encoder(images).map, maps[0])


def test_group_norm_makes_a_sample_independent_of_its_batch() -> None:
    encoder = ENCODERS.select("resnet", norm="group", stages=2).build(Stack(), (48, 64))
    images = torch.randn(3, 3, 48, 64)
    torch.testing.assert_close(
        encoder(images).map[:1], encoder(images[:1]).map, rtol=1e-4, atol=1e-4
    )


def test_a_stack_of_the_same_frame_gives_what_the_frame_gives() -> None:
    layer = torch.nn.Conv2d(3, 4, 3, stride=2, padding=1)
    image = torch.randn(1, 3, 16, 16)
    # Three maps behind three frames are no fourth frame.
    stacked = torch.cat([image, image, image, torch.randn(1, 3, 16, 16)], dim=1)
    torch.testing.assert_close(widened(layer, Stack(3, added=3))(stacked), layer(image))


def test_random_weights_begin_as_torchvisions_and_tell_all_channels_apart() -> None:
    torch.manual_seed(0)
    weight = ENCODERS.select("resnet").build(Stack(2, added=1), (48, 64)).blocks[0][0].weight
    assert weight.shape[1] == 7
    torch.testing.assert_close(
        weight.std(dim=(0, 2, 3)), torch.full((7,), (2 / (64 * 49)) ** 0.5), rtol=0.1, atol=0
    )
    assert not torch.allclose(weight[:, :3], weight[:, 3:6])


def test_trained_weights_get_the_scale_they_were_trained_with() -> None:
    white = torch.ones(1, 9, 1, 1)
    white[:, 6:] = 0.3
    scaled = ImagenetScale(Stack(2, added=3))(white)[0, :, 0, 0]
    once = torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    torch.testing.assert_close(scaled, torch.cat([once, once, torch.full((3,), 0.3)]))


def test_what_does_not_go_together_is_a_sentence() -> None:
    for options in ({"norm": "frozen"}, {"norm": "group", "weights": "imagenet"}):
        with pytest.raises(AfilError, match=r"encoder\.norm"):
            ENCODERS.select("resnet", **options).build(Stack(), (48, 64))


def test_a_checkpoint_needs_no_weights_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", offline)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", offline)
    selection = ENCODERS.select("resnet", weights="imagenet", stages=1)
    with pytest.raises(AfilError, match="can't be fetched"):
        selection.build(Stack(), (48, 64))
    with restoring({}):
        assert selection.build(Stack(2), (48, 64)).shape == (64, 12, 16)
