"""Gymnasium's own arm: its expert, and that a seed is an episode."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys

import numpy as np

from afil_core.contract import differences, load_contract
from afil_sim.environments import make_environment
from afil_sim.running.gym_contract import gym_contract
from afil_sim.tasks import make_task

EPISODE = """
import hashlib
from afil_core.contract import load_contract
from afil_sim.tasks import make_task
task = make_task(load_contract("gym"), noise=0.1, cue="intact")
for seed in seeds:
    found = hashlib.sha256()
    seen = task.reset(seed)
    for _ in range(6):
        action = task.demonstration()
        for value in (*seen.values(), action):
            found.update(value.tobytes())
        task.world.body.act(action)
        seen = task.step()
print(found.hexdigest())
task.close()
"""


def test_the_shipped_contract_is_the_one_that_is_made():
    env = make_environment("Reacher-v5")
    assert differences(gym_contract(env), load_contract("gym")) == []
    assert gym_contract(env).document.world == load_contract("gym").document.world
    env.close()


def test_the_expert_reaches_the_ball():
    task = make_task("gym")
    for seed in range(20):
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


def test_one_seed_is_one_episode_in_any_process_and_after_any_other():
    ours = io.StringIO()
    with contextlib.redirect_stdout(ours):
        # In this process after another episode, and after other worlds.
        exec(EPISODE, {"__name__": "here", "seeds": [2, 5]})
    command = [sys.executable, "-c", f"seeds = [5]\n{EPISODE}"]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(theirs.strip()) == 64
    assert ours.getvalue() == theirs
