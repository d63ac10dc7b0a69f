"""Meta-World's own environments: scene, expert, distractors, pictures."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.environments import make_environment
from afil_sim.running.gym_contract import gym_contract
from afil_sim.tasks import make_task

needed = pytest.mark.skipif(
    importlib.util.find_spec("metaworld") is None,
    reason="needs pip install --no-deps -r requirements-metaworld.txt",
)


def made(task, **options):
    environment = make_environment(f"Meta-World/{task}", options)
    contract = gym_contract(environment)
    environment.close()
    return make_task(contract)


@needed
@pytest.mark.parametrize("name", ["drawer-open-v3", "button-press-v3", "pick-place-v3", "push-v3"])
def test_its_own_policies_solve_the_shipped_set_ups_among_distractors(name):
    task = made(name, distractors=3)
    task.draw(0)
    task.world.body.hold()
    while not task.over:
        task.world.body.act(task.expert_action())
        task.world.advance()
        task.steps += 1
        assert task.steps < task.config.max_steps
    assert task.success
    task.close()


@needed
def test_a_picture_shows_the_drawer_the_right_way_up_and_one_seed_is_one_episode():
    task = made("drawer-open-v3", distractors=3, size=(64, 64))
    assert task.config.instruction == "open the green drawer"
    first = task.reset(0)
    other = task.reset(1)
    again = task.reset(0)
    picture = first["corner2_close_image"]
    assert picture.shape == (64, 64, 3)
    np.testing.assert_array_equal(picture, again["corner2_close_image"])
    np.testing.assert_array_equal(first["hand"], again["hand"])
    assert (picture != other["corner2_close_image"]).any()
    red, green, blue = (picture[..., i].astype(int) for i in range(3))
    rows = np.nonzero((green > red + 40) & (green > blue + 40))[0]
    # The drawer stands at the table's far end, which is in the upper half.
    assert 20 < rows.size < 1000 and rows.mean() < 32
    task.close()


@needed
def test_distractors_touch_nothing():
    bare, full = made("push-v3"), made("push-v3", distractors=6)
    ends = []
    for task in (bare, full):
        task.draw(3)
        for _ in range(5):
            task.world.body.act(task.expert_action())
            task.world.advance()
        ends.append(task.world.environment.observation)
        task.close()
    np.testing.assert_allclose(*ends, atol=1e-9)


@needed
def test_a_task_that_it_has_not_is_refused():
    with pytest.raises(AfilError, match="no environment Meta-World/drawer-opne-v3; did you mean"):
        make_environment("Meta-World/drawer-opne-v3")


def test_where_it_is_missing_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "metaworld", None)
    monkeypatch.setitem(sys.modules, "metaworld.env_dict", None)
    with pytest.raises(AfilError, match="pip install --no-deps -r requirements-metaworld.txt"):
        make_environment("Meta-World/drawer-open-v3")
    assert load_contract("gym").robot == "gym"


@needed
def test_its_arguments_are_passed_on_and_others_are_refused():
    made = make_environment("Meta-World/drawer-open-v3", {"make": {"height": 40, "width": 60}})
    assert (made.env.unwrapped.height, made.env.unwrapped.width) == (40, 60)
    made.close()
    with pytest.raises(AfilError, match="drawer-open-v3 cannot be made .*wind.* option make"):
        make_environment("Meta-World/drawer-open-v3", {"make": {"wind": 1}})
