"""Gymnasium's spaces as named numbers."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces

from afil_core.errors import AfilError
from afil_sim.environments.spaces import Acted, Observed

PICTURE = spaces.Box(0, 255, (4, 4, 3), np.uint8)
ACTIONS = {
    "box": (spaces.Box(np.array([[-1, 0]]), np.array([[1, 5]]), dtype=np.float32), [[0.5, 2.0]]),
    "discrete": (spaces.Discrete(3, start=-1), 1),
    "several": (spaces.MultiDiscrete([2, 3]), [1, 2]),
    "binary": (spaces.MultiBinary(3), [1, 0, 1]),
}


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_survives_its_numbers(kind):
    space, action = ACTIONS[kind]
    acted = Acted(space, "Toy-v0")
    numbers = acted.encode(np.asarray(action))
    assert numbers.shape == acted.low.shape == acted.high.shape == (len(acted.names),)
    assert (acted.low <= numbers).all() and (numbers <= acted.high).all()
    again = acted.decode(numbers)
    np.testing.assert_array_equal(again, action)
    assert space.contains(again)


def test_numbers_beyond_the_limits_are_cut_and_the_greatest_choice_counts():
    box, choice = Acted(ACTIONS["box"][0], "a"), Acted(ACTIONS["discrete"][0], "a")
    assert box.decode(np.array([-9.0, 9.0])).tolist() == [[-1.0, 5.0]]
    assert choice.decode(np.array([0.2, 0.4, 0.3])) == 0
    assert choice.names == ("choice_0", "choice_1", "choice_2")
    assert box.continuous and not choice.continuous
    assert Acted(ACTIONS["binary"][0], "a").binary == ("switch_0", "switch_1", "switch_2")


def test_what_is_no_robots_action_is_a_sentence():
    with pytest.raises(AfilError, match=r"Toy-v0 has an action without limits.*RescaleAction"):
        Acted(spaces.Box(-np.inf, np.inf, (2,)), "Toy-v0")
    with pytest.raises(AfilError, match="Toy-v0 has an action of Text; there are Box, Discrete"):
        Acted(spaces.Text(3), "Toy-v0")


def test_observations_are_streams_of_numbers_without_pictures():
    space = spaces.Dict(
        {"eye": PICTURE, "arm": spaces.Box(-1, 1, (2,)), "gear": spaces.Discrete(3)}
    )
    observed = Observed(space)
    assert observed.names == {"arm": ("arm_0", "arm_1"), "gear": ("gear_0", "gear_1", "gear_2")}
    seen = observed.read({"eye": None, "arm": np.array([0.5, -0.5], np.float32), "gear": 2})
    assert {k: v.tolist() for k, v in seen.items()} == {"arm": [0.5, -0.5], "gear": [0, 0, 1]}
    plain = Observed(spaces.Box(-1, 1, (3,)))
    assert plain.names == {"state": ("state_0", "state_1", "state_2")}
    assert plain.read(np.ones(3))["state"].dtype == np.float64
    assert Observed(PICTURE).names == {}


def test_entries_at_any_depth_are_streams_and_their_pictures_are_left_out():
    place = spaces.Box(-1, 1, (2,))
    space = spaces.Dict(
        {
            "pixels": spaces.Dict({"top": PICTURE, "wrist": PICTURE}),
            "robot": spaces.Dict({"eef": place, "gears": spaces.Tuple((place, PICTURE, place))}),
        }
    )
    observed = Observed(space)
    assert observed.names["robot_gears_2"] == ("robot_gears_2_0", "robot_gears_2_1")
    assert set(observed.names) == {"robot_eef", "robot_gears_0", "robot_gears_2"}
    seen = observed.read(space.sample() | {"robot": {"eef": [1, 2], "gears": ([3, 4], 0, [5, 6])}})
    assert {k: v.tolist() for k, v in seen.items()} == {
        "robot_eef": [1, 2], "robot_gears_0": [3, 4], "robot_gears_2": [5, 6],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "stream"),
    [
        ("agent-pos", "agent_pos"),
        ("robot0:eef", "robot0_eef"),
        ("__joint  1__", "joint_1"),
        ("0", "state_0"),
        ("%", "state"),
        ("action", "action_state"),
        ("clock", "clock_state"),
        ("image", "image_state"),
        ("top_image", "top_image_state"),
    ],
)
def test_a_key_that_no_topic_can_have_is_renamed(key, stream):
    observed = Observed(spaces.Dict({key: spaces.Box(-1, 1, (1,))}))
    assert list(observed.names) == [stream]
    assert observed.read({key: np.ones(1)})[stream].tolist() == [1.0]


def test_two_keys_that_become_one_name_are_two_streams():
    box = spaces.Box(-9, 9, (1,))
    observed = Observed(spaces.Dict({"a-b": box, "a_b": box, "a:b": box}))
    seen = observed.read({"a-b": [1], "a:b": [2], "a_b": [3]})
    assert set(observed.names) == {"a_b", "a_b_2", "a_b_3"}
    assert sorted(v.tolist() for v in seen.values()) == [[1], [2], [3]]
