"""A second arm, or a GELLO, in front of a robot whose action is joints."""

import numpy as np
import pytest

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds.joints import joint_state
from afil_core.testing import changed
from afil_teleop.devices import DEVICES

GELLO = {
    "joints": tuple(f"gello_{k}" for k in range(7)),
    "signs": (1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "offsets_rad": (0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0),
    "gripper_joint": "gello_trigger",
    "gripper_range": (0.9, 0.1),
}
TOPIC = "leader/joint_states"


@pytest.fixture
def contract(franka, joint_action):
    return changed(franka, {"action": joint_action})


def state(names, values):
    return messages.serialize(joint_state(names, np.asarray(values, float), 1))


def test_the_robots_joints_follow_the_leaders_by_name_sign_and_offset(contract):
    leader = DEVICES.select("leader", **GELLO).build(contract)
    assert leader.act(0.0, 0.1) is None
    # Another order, and a joint that nobody asked for.
    names = ["gello_trigger", *reversed(GELLO["joints"]), "extra"]
    leader.receive(TOPIC, state(names, [0.5, 6, 5, 4, 3, 2, 1, 0, 9]), 0.0)
    np.testing.assert_allclose(leader.act(0.1, 0.1), [0, -0.5, 2, 3, 4, 5, 6, 0.04])
    leader.receive(TOPIC, state(names, [0.95, *[0] * 8]), 0.1)
    assert leader.act(0.1, 0.1)[7] == 0.0, "closed"
    assert leader.act(0.31, 0.1) is None, "it is unplugged: the robot rests"


def test_a_second_arm_of_the_same_kind_needs_no_options(franka, joint_action):
    alone = {**joint_action, "demonstrated": ["joint"], "interfaces": {"joint": ["joint"]}}
    contract = changed(franka, {"action": alone})
    leader = DEVICES.select("leader").build(contract)
    names = contract.commands["joint"].joints
    leader.receive(TOPIC, state(names, range(7)), 0.0)
    np.testing.assert_allclose(leader.act(0.0, 0.1), range(7))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"joints": ("a",)}, "joints of the leader has 1 entries; the robot 7"),
        ({"signs": (1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0)}, "must be 1 or -1"),
        ({"gripper_joint": ""}, "give gripper_joint"),
        ({"gripper_range": (0.1, 0.1)}, "the same value twice"),
    ],
)
def test_options_that_do_not_fit_are_a_sentence(contract, options, words):
    with pytest.raises(AfilError, match=words):
        DEVICES.select("leader", **GELLO | options).build(contract)


def test_a_leader_that_lacks_a_joint_or_says_nonsense_moves_nothing(contract, franka):
    leader = DEVICES.select("leader", **GELLO).build(contract)
    with pytest.raises(AfilError, match="lacks gello_trigger; it has gello_0"):
        leader.receive(TOPIC, state(GELLO["joints"], [0] * 7), 0.0)
    names = [*GELLO["joints"], "gello_trigger"]
    with pytest.raises(AfilError, match="is not finite"):
        leader.receive(TOPIC, state(names, [np.nan, *[0] * 7]), 0.0)
    assert leader.act(0.0, 0.1) is None
    with pytest.raises(AfilError, match="give it `kind: joint`"):
        DEVICES.select("leader").build(franka)
