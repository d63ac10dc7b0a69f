"""Which tasks there are, and what is said of those that there are not."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import pytest
from pydantic import Field

from afil_core import registry
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_sim.running.parameters import WorldParameters
from afil_sim.tasks import TASKS, Task, TaskConfig, find_task, make_task, robots
from afil_sim.worlds import WORLDS, World


def test_robots_and_their_tasks_are_what_the_registry_has():
    assert robots() == {
        "carla": ["drive", "drive_unseen"],
        "franka": ["lift_carrot"],
        "gym": ["gym"],
    }
    assert find_task("carla") == "drive"
    assert find_task("franka") == "lift_carrot"
    assert find_task("franka", "lift_carrot") == "lift_carrot"


def test_every_task_can_be_built_with_its_defaults():
    for name in TASKS.names():
        task = make_task(TASKS.select(name).config.robot, name)
        observations = task.reset(0)
        assert set(observations) == {o.name for o in task.contract.observations}
        assert not task.success and task.config.instruction
        task.close()


@pytest.mark.parametrize(
    ("robot", "task", "options", "sentence"),
    [
        ("carla", "lift_carrot", {}, "is not one of robot 'carla', which has drive, drive_unseen"),
        ("video", "lift_carrot", {}, "robot:=video has no simulated world; sim:=true works "),
        ("franka", "", {"cue": "previous"}, "cue is 'previous', but must be one of none, intact"),
        (
            "franka",
            "fold_towel",
            {},
            "there is no task 'fold_towel'; known: drive, drive_unseen, gym, lift_carrot",
        ),
        ("franka", "lift_carot", {}, "did you mean 'lift_carrot'"),
        ("franka", "", {"cue": "bent"}, "cue is 'bent', but must be one of none, intact, broken"),
        ("franka", "", {"max_steps": 0}, "task lift_carrot: max_steps must be at least 1, not 0"),
        ("franka", "", {"noise": -1.0}, "task lift_carrot: noise must be at least 0"),
    ],
)
def test_what_there_is_not_is_refused_in_a_sentence(robot, task, options, sentence):
    with pytest.raises(AfilError, match=sentence):
        make_task(robot, task, **options)


def test_parameters_of_a_world_make_its_task():
    parameters = WorldParameters(cue="broken", max_steps=9, noise=0.001)
    task = parameters.make_task(load_contract("franka"))
    assert (task.config.cue, task.config.max_steps, task.config.noise) == ("broken", 9, 0.001)
    task.close()
    task = WorldParameters().make_task(load_contract("franka"))
    assert task.config.max_steps == 70
    task.close()


class Wave(Task):
    """A task of another robot, from another package."""

    class Config(TaskConfig):
        robot: str = "waver"
        world: Annotated[Selection[World], WORLDS] = Field(
            default_factory=lambda: WORLDS.select("table_top")
        )
        instruction: str = "wave"
        max_steps: int = 3
        cue: Literal["none"] = "none"

    def draw(self, seed):
        pass

    def judge(self):
        pass

    success = property(lambda self: False)
    score = property(lambda self: 0.5)

    def expert_action(self):
        return np.zeros(7)


class Point:
    name = "wave"

    def load(self):
        return Wave


@pytest.fixture
def foreign(monkeypatch):
    monkeypatch.setattr(
        registry, "entry_points", lambda group: [Point()] * (group == "afil.tasks")
    )


def test_a_task_of_another_package_is_found_for_its_robot(foreign):
    assert robots() == {
        "carla": ["drive", "drive_unseen"],
        "franka": ["lift_carrot"],
        "gym": ["gym"],
        "waver": ["wave"],
    }
    assert find_task("waver") == "wave"
    with pytest.raises(AfilError, match="task 'wave' is not one of robot 'franka'"):
        find_task("franka", "wave")


def test_a_task_says_which_cues_it_knows(foreign):
    with pytest.raises(AfilError, match="task wave: cue is 'intact', but must be one of none"):
        TASKS.select("wave", cue="intact")
