"""The published policies, as configurations that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.distributions import Independent, Normal

from afil_core import schema
from afil_core.contract import load_contract
from afil_policy.data.batch import Observation
from afil_policy.methods.base import Method
from afil_policy.training.checkpoint import new_method
from afil_policy.training.config import TrainConfig

CONFIGS = Path(__file__).parents[2] / "config"


def built(name: str, robot: str) -> tuple[Method, TrainConfig]:
    config = schema.load(TrainConfig, CONFIGS / name)
    return new_method(config, load_contract(robot)), config


@pytest.mark.parametrize("name", sorted(p.name for p in CONFIGS.glob("*.yaml")))
def test_every_shipped_configuration_makes_a_policy(name: str) -> None:
    robot = "carla" if "driving" in name else "franka"
    method, config = built(name, robot)
    contract = load_contract(robot)
    cameras, _ = config.data.streams(contract)
    shape = (1, config.data.frames, 3, config.data.height, config.data.width)
    proprioception = torch.zeros(1, config.data.frames, method.encoder.size)
    images = {camera: torch.rand(shape) for camera in cameras}
    size = method.encoder.size - sum(p.size for p in method.encoder.poolings.values())
    proprioception = torch.zeros(1, config.data.frames, size // config.data.frames)
    acted = method.eval().act(Observation(images, proprioception))
    assert acted.shape == (1, 1, len(contract.action.dimensions))


def test_the_driving_policy_has_the_published_sizes() -> None:
    method, _ = built("paper_driving.yaml", "carla")
    encoder = next(iter(method.encoder.encoders.values()))
    pooling = next(iter(method.encoder.poolings.values()))
    assert encoder.shape == (64, 20, 38)
    assert pooling.layer.in_features == 48640
    assert [type(layer).__name__ for layer in method.head.layers] == ["Linear", "ReLU", "Linear"]
    assert method.head.layers[0].in_features == method.head.layers[0].out_features == 256


def test_driving_by_gaze_and_by_key_objects_differ_in_the_maps_alone() -> None:
    # The loss never asks where a map comes from: the same method serves both papers.
    driving = schema.load(TrainConfig, CONFIGS / "paper_driving.yaml")
    assert driving.method.name == "autofocus"
    fields = set(type(driving.method.config).model_fields)
    assert not {field for field in fields if "gaze" in field or "key" in field}


def test_the_arms_policy_is_the_published_one() -> None:
    method, _ = built("paper_arm.yaml", "franka")
    encoder = next(iter(method.encoder.encoders.values()))
    assert encoder.shape == (512, 8, 8)
    kinds = [type(layer).__name__ for layer in method.head.layers]
    assert kinds == ["Linear", "LayerNorm", "ReLU", "Dropout"] * 3 + ["Linear"]
    assert torch.equal(method.head.log_std, torch.zeros(1, 7))


def test_the_arms_loss_is_the_published_one() -> None:
    # -log prob of torch's Independent(Normal(mu, 1), 1) over the seven dimensions.
    method, config = built("paper_arm.yaml", "franka")
    prediction, actions = method.head(torch.zeros(4, method.encoder.size)), torch.randn(4, 1, 7)
    released = Independent(Normal(prediction[:, 0, 0], torch.ones(4, 7)), 1)
    loss = method.head.loss(prediction, actions, torch.ones(4, 1, dtype=torch.bool))
    torch.testing.assert_close(loss, -released.log_prob(actions[:, 0]).mean())
    assert config.method.config.weight == 5.0
