"""What is measured now, apart from any tick: fresh, or left out."""

import numpy as np

from afil_core.contract import load_contract
from afil_core.testing import HOME
from afil_core.timeline.newest import NewestValues

POSE = load_contract("franka").stream("ee_pose")
SPEED = load_contract("carla").stream("speed")


def values(now_s):
    return NewestValues([POSE, SPEED], wall_s=lambda: now_s[0])


def test_a_value_is_fresh_for_as_long_as_the_contract_says():
    now_s = [10.0]
    newest = values(now_s)
    assert newest.fresh(["ee_pose"]) == {}
    newest.receive("ee_pose", POSE.encode(HOME, 5))
    now_s[0] += POSE.max_age_s - 0.01
    np.testing.assert_array_equal(newest.fresh(["ee_pose"])["ee_pose"], HOME)
    now_s[0] += 0.02
    assert newest.fresh(["ee_pose"]) == {}


def test_a_sample_that_a_driver_says_again_and_again_grows_old():
    now_s = [10.0]
    newest = values(now_s)
    for _ in range(20):
        newest.receive("ee_pose", POSE.encode(HOME, 5))
        now_s[0] += 0.01
    assert newest.fresh(["ee_pose"]) == {}, "its stamp stands still while messages come"
    newest.receive("ee_pose", POSE.encode(HOME, 6))
    assert newest.fresh(["ee_pose"]).keys() == {"ee_pose"}


def test_a_message_without_a_stamp_counts_from_its_arrival():
    now_s = [10.0]
    newest = values(now_s)
    for _ in range(50):
        newest.receive("speed", SPEED.encode(np.array([3.0]), 0))
        now_s[0] += 0.1
    assert newest.fresh(["speed"])["speed"] == [3.0]
