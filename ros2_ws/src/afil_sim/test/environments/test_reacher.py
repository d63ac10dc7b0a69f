"""Gymnasium's own arm: its contract, its expert, its picture."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import differences, load_contract
from afil_core.errors import AfilError
from afil_sim.environments import make_environment
from afil_sim.running.gym_contract import gym_contract
from afil_sim.tasks import make_task


def test_the_shipped_contract_is_the_one_that_is_made():
    env = make_environment("Reacher-v5")
    assert differences(gym_contract(env), load_contract("gym")) == []
    assert gym_contract(env).document.world == load_contract("gym").document.world
    env.close()


def test_the_expert_reaches_the_ball():
    task = make_task("gym")
    for seed in range(8):
        task.reset(seed)
        while not task.done:
            assert 0 <= task.score <= 1
            task.world.body.act(task.expert_action())
            task.step()
        assert task.success, seed
    task.close()


def test_the_ball_is_in_the_picture_and_not_in_the_numbers():
    task = make_task("gym")
    first, second = task.reset(0), task.reset(1)
    assert first["image"].shape == (64, 64, 3)
    assert np.abs(first["image"].astype(int) - second["image"]).max() > 60
    assert first["arm"].shape == (6,)
    task.close()


def test_a_camera_of_a_model_without_named_ones_is_refused():
    env = make_environment("Reacher-v5")
    with pytest.raises(AfilError, match="no camera 'nothing'; it has its own view alone"):
        env.require_camera("nothing")
    env.close()
