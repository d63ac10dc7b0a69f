from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from afil_core.contract import Contract
from afil_core.episodes import list_episodes
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import fit_inputs
from afil_policy.data.transforms import ObservationTransform

CONFIG = DataConfig(height=24, width=32)


def test_a_quaternion_and_its_negative_look_the_same(contract: Contract) -> None:
    transform = ObservationTransform(CONFIG, contract)
    pose = np.array([0.5, 0.1, 0.2, 0.9238795, 0.3826834, 0.0, 0.0])
    flipped = pose * np.array([1, 1, 1, -1, -1, -1, -1])
    rest = {"joint_positions": np.zeros(7), "gripper_width": np.array([0.08])}
    first = transform.proprioception({"ee_pose": pose, **rest})
    second = transform.proprioception({"ee_pose": flipped, **rest})
    np.testing.assert_array_equal(first, second)
    assert len(first) == len(transform.labels)
    assert transform.labels[0] == "ee_pose.x"
    assert transform.labels[-1] == "gripper_width.value"


def test_a_short_history_repeats_its_oldest_frame(contract: Contract, dataset: Path) -> None:
    config = DataConfig(height=24, width=32, frames=3)
    steps = [s.observations for s in list_episodes(dataset)[0].steps()]
    numbers = np.stack([ObservationTransform(config, contract).proprioception(o) for o in steps])
    labels = ObservationTransform(config, contract).labels
    transform = ObservationTransform(config, contract, fit_inputs(numbers, labels))
    seen = transform(steps[:2])
    assert seen.images["front_image"].shape == (1, 3, 3, 24, 32)
    assert torch.equal(seen.images["front_image"][0, 0], seen.images["front_image"][0, 1])
    assert torch.equal(seen.proprioception[0, 0], seen.proprioception[0, 1])
    assert not torch.equal(seen.proprioception[0, 1], seen.proprioception[0, 2])
    whole = transform(steps)
    assert torch.equal(whole.proprioception[0, -1], transform(steps[-1:]).proprioception[0, -1])
