from __future__ import annotations

import numpy as np
import torch

from afil_policy.data.augmentation import AugmentationConfig, photometric, shift


def test_a_map_moves_with_its_image_and_does_not_smear() -> None:
    images = np.zeros((16, 20, 30, 3), np.uint8)
    images[:, 5:9, 0:6] = 255
    maps = images[..., 0].copy()
    moved, moved_maps = shift(images, maps, 4, np.random.default_rng(0))
    assert moved_maps is not None
    assert not np.array_equal(moved, images)
    inside = moved_maps > 0
    assert (moved[..., 0][inside] == 255).all()
    assert (moved_maps.sum(axis=(1, 2)) <= maps.sum(axis=(1, 2))).all()


def test_photometric_changes_stay_in_range_and_can_be_off() -> None:
    images = torch.rand(4, 3, 6, 6) * 2 - 1
    generator = torch.Generator().manual_seed(0)
    changed = photometric(images, AugmentationConfig(brightness=0.5, contrast=0.5), generator)
    assert not torch.equal(changed, images)
    assert float(changed.abs().max()) <= 1
    off = AugmentationConfig(brightness=0.0, contrast=0.0)
    assert photometric(images, off, generator) is images
