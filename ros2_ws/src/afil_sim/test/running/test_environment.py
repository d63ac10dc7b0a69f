"""Tasks behind Gymnasium."""

from __future__ import annotations

import importlib.metadata

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from afil_core.errors import AfilError
from afil_sim.running.environment import TaskEnv
from afil_sim.running.registration import environment_id
from afil_sim.tasks import TASKS


def test_every_task_is_registered_and_keeps_gymnasiums_contract():
    for entry in importlib.metadata.entry_points(group="gymnasium.envs"):
        entry.load()()
    assert environment_id("lift_carrot") == "afil_sim/LiftCarrot-v0"
    for task in TASKS.names():
        env = gymnasium.make(environment_id(task), render_mode="rgb_array")
        check_env(env.unwrapped, skip_render_check=True)
        env.reset(seed=1)
        assert env.render().dtype == np.uint8
        env.close()


def test_options_of_the_task_are_options_of_the_environment():
    env = gymnasium.make("afil_sim/LiftCarrot-v0", max_steps=3, cue="intact")
    _, info = env.reset(seed=0)
    assert {"success", "score", "seed", "expert_action", "target_object_pose"} <= set(info)
    ends = [env.step(info["expert_action"])[2:4] for _ in range(3)]
    assert ends == [(False, False), (False, False), (False, True)]
    env.close()


def test_what_a_task_does_not_know_is_refused_in_a_sentence():
    with pytest.raises(AfilError, match="task lift_carrot: height is not a known key"):
        TaskEnv("lift_carrot", height=3)
    env = TaskEnv("lift_carrot")
    with pytest.raises(AfilError, match="knows no reset option 'wind'"):
        env.reset(options={"wind": 1})
    env.close()
