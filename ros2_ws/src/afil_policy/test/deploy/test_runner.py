"""A checkpoint that acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, changed
from afil_policy.data.cache import open_cache
from afil_policy.deploy.runner import PolicyRunner
from afil_policy.training.config import TrainConfig

OBSERVATIONS = {
    "front_image": np.zeros((240, 320, 3), np.uint8),
    "ee_pose": HOME,
    "gripper_width": np.array([0.08]),
    "joint_positions": np.zeros(7),
}


def test_a_runner_acts_on_a_dataset_and_shows_where_it_looks(
    checkpoint: Path, contract: Contract, dataset: Path, tmp_path: Path
) -> None:
    runner = PolicyRunner(checkpoint.parent, contract)
    assert runner.warm_up() > 0
    assert set(runner.streams) == set(OBSERVATIONS)
    actions = runner.act([OBSERVATIONS])
    assert actions.shape == (1, 7)
    assert np.isfinite(actions).all()
    assert runner.attention([OBSERVATIONS])["front_image"].shape == (6, 8)
    cache = open_cache(dataset, runner.checkpoint.config.data, tmp_path, needs_saliency=False)
    assert cache.contract == runner.contract


def test_a_policy_with_history_and_chunks_says_so(
    contract: Contract, tmp_path: Path, write_checkpoint: Callable[..., Path], small: TrainConfig
) -> None:
    data = small.data.model_copy(
        update={"frames": 3, "horizon": 4, "proprioception": ("ee_pose",)}
    )
    config = small.model_copy(update={"data": data})
    runner = PolicyRunner(write_checkpoint(tmp_path / "checkpoint", config, contract), contract)
    assert (runner.frames, runner.streams) == (3, ("front_image", "ee_pose"))
    assert runner.act([OBSERVATIONS] * 2).shape == (4, 7)


def test_a_network_that_can_not_be_run_is_a_sentence(checkpoint: Path) -> None:
    runner = PolicyRunner(checkpoint)
    runner._method.to("meta")
    with pytest.raises(AfilError, match="can't be run on cpu"):
        runner.act([OBSERVATIONS])


def test_a_checkpoint_of_another_contract_is_refused_line_by_line(
    checkpoint: Path, contract: Contract
) -> None:
    other = changed(
        contract, {"control_rate_hz": 20.0, "observations.front_image.topic": "/other/image"}
    )
    with pytest.raises(AfilError) as error:
        PolicyRunner(checkpoint, other)
    for word in ("control_rate_hz: 10.0 != 20.0", "front_image.topic", "/other/image"):
        assert word in str(error.value)


def test_a_robot_in_a_namespace_may_have_the_checkpoint_of_one_without(
    checkpoint: Path, contract: Contract
) -> None:
    assert PolicyRunner(checkpoint, contract.within("left")).contract == contract
