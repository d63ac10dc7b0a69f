from __future__ import annotations

import pytest
import torch

from afil_policy.data.augmentation import Augmentation
from afil_policy.data.config import AugmentationConfig


def augmentation(size: tuple[int, int] = (20, 30), **changes: float) -> Augmentation:
    torch.manual_seed(0)
    none = {"brightness": 0.0, "contrast": 0.0}
    return Augmentation(AugmentationConfig(**(none | changes)), size)


def test_a_map_moves_with_its_image_and_does_not_smear() -> None:
    maps = torch.zeros(16, 20, 30)
    maps[:, 5:9, 0:6] = 1.0
    images = maps[:, None, None].expand(16, 2, 3, 20, 30) * 2 - 1
    moved, found = augmentation(shift=4)(images, maps[:, None])
    assert found is not None
    moved_maps = found[:, 0]
    assert moved.shape == images.shape
    inside = moved_maps > 0
    for frame in range(2):
        assert (moved[:, frame, 0][inside] == 1.0).all()
    assert (moved_maps.sum(dim=(1, 2)) <= maps.sum(dim=(1, 2))).all()
    assert len({tuple(m.nonzero()[0].tolist()) for m in moved_maps}) > 5


def test_the_border_of_an_image_repeats() -> None:
    images = torch.linspace(-1, 1, 30).expand(8, 1, 3, 20, 30).clone()
    moved, _ = augmentation(shift=4)(images, None)
    assert (moved.diff(dim=-1) >= 0).all()
    assert not torch.equal(moved, images)


def test_photometric_changes_differ_by_sample_stay_in_range_and_leave_maps() -> None:
    images, maps = torch.rand(4, 1, 3, 6, 6) * 2 - 1, torch.rand(4, 1, 6, 6)
    images[1] = images[0]
    changed, same = augmentation(brightness=0.5, contrast=0.5)(images, maps)
    assert not torch.equal(changed[0], changed[1])
    assert float(changed.abs().max()) <= 1
    assert same is not None
    assert torch.equal(same, maps)


def test_without_changes_nothing_changes() -> None:
    images, maps = torch.rand(4, 1, 3, 6, 6), torch.rand(4, 1, 6, 6)
    same, same_maps = augmentation()(images, maps)
    assert torch.equal(same, images)
    assert same_maps is not None
    assert torch.equal(same_maps, maps)
    assert type(same) is torch.Tensor


@pytest.mark.parametrize("changes", [{"rotation": 20.0}, {"crop": 0.5}])
def test_turned_and_cut_maps_stay_on_their_objects(changes: dict[str, float]) -> None:
    maps = torch.zeros(8, 1, 40, 60)
    maps[:, :, 15:27, 20:36] = 1.0
    images = maps[:, :, None].expand(8, 1, 3, 40, 60) * 2 - 1
    moved, moved_maps = augmentation((40, 60), **changes)(images, maps)
    assert moved_maps is not None
    assert not torch.equal(moved_maps[0], moved_maps[1])
    torch.testing.assert_close(moved[:, 0, 1] / 2 + 0.5, moved_maps[:, 0], atol=1e-5, rtol=0)


def test_colors_change_by_sample_and_depth_has_none() -> None:
    images = (torch.rand(1, 2, 3, 12, 16) * 2 - 1).expand(4, 2, 3, 12, 16).clone()
    colored = augmentation((12, 16), hue=0.3, saturation=0.5, blur=2.0)
    changed, _ = colored(images, None)
    assert not torch.equal(changed[0], changed[1])
    assert float(changed.abs().max()) <= 1 + 1e-5
    depth = images[:, :, :1]
    assert torch.equal(colored(depth, None)[0], depth)
