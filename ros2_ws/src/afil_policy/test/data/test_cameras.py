from __future__ import annotations

import numpy as np
import pytest
import torch

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import Normalizer
from afil_policy.data.transforms import ObservationTransform
from afil_policy.encoders import ENCODERS
from afil_policy.training.checkpoint import new_method
from afil_policy.training.config import TrainConfig

DEPTH = {
    "kind": "depth",
    "topic": "depth/image_raw",
    "type": "sensor_msgs/msg/Image",
    "size": [24, 32],
    "rate_hz": 10.0,
    "max_age_s": 0.2,
}


@pytest.fixture(scope="module")
def with_depth() -> Contract:
    return changed(load_contract("franka"), {"observations.front_depth": DEPTH})


CONFIG = DataConfig(
    cameras=("front_image", "front_depth"),
    height=12,
    width=16,
    depth_range_m=2.0,
    proprioception=(),
    frames=2,
)


def test_depth_is_seen_in_metres_with_holes_that_pull_nothing(with_depth: Contract) -> None:
    nothing = Normalizer(names=(), shift=(), scale=())
    transform = ObservationTransform(CONFIG, with_depth, nothing)
    depth = np.full((24, 32), 1.5, np.float32)
    depth[:2, :2] = 0  # a hole, and half of another pixel's
    depth[2, 2] = 0
    depth[:, 16:] = 9.0
    image = np.zeros((240, 320, 3), np.uint8)
    seen = transform([{"front_image": image, "front_depth": depth}])
    found = seen.images["front_depth"]
    assert found.shape == (1, 2, 1, 12, 16)
    assert found.dtype == torch.float32
    newest = found[0, -1, 0]
    assert newest[0, 0] == -1, "not measured"
    assert newest[1, 1] == newest[5, 5] == 0.5
    assert (newest[:, 8:] == 1).all(), "further than the range"
    assert seen.history_mask is not None
    assert seen.history_mask.tolist() == [[False, True]]


@pytest.mark.parametrize("name", ["small_cnn", "resnet"])
def test_a_method_sees_color_and_depth(
    with_depth: Contract, small: TrainConfig, name: str
) -> None:
    config = small.model_copy(update={"data": CONFIG, "encoder": ENCODERS.select(name)})
    method = new_method(config, with_depth)
    seen = ObservationTransform(CONFIG, with_depth, Normalizer(names=(), shift=(), scale=()))
    blank = {s.name: s.blank() for s in with_depth.observations}
    assert method.act(seen([blank])).shape == (1, 1, 7)


def test_what_is_no_camera_is_named(with_depth: Contract) -> None:
    config = CONFIG.model_copy(update={"cameras": ("ee_pose",)})
    with pytest.raises(AfilError, match=r"data\.cameras names 'ee_pose'"):
        ObservationTransform(config, with_depth)
