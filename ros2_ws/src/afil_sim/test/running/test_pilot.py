"""The expert answers each frame once, commands without a stamp first."""

import numpy as np
import pytest

from afil_core import codecs
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.running.demonstration import Demonstration
from afil_sim.running.pilot import ExpertPilot

PERIOD = 100_000_000
FRANKA = load_contract("franka")
POSE = np.array([0.5, 0.0, 0.3, 1, 0, 0, 0.0])


def shown(stamp_ns: int) -> bytes:
    return Demonstration(stamp_ns, {"pose": POSE, "gripper": np.array([0.06])}).encode()


def test_each_frame_is_answered_once_gripper_first():
    pilot = ExpertPilot(FRANKA)
    sent = pilot.receive(shown(PERIOD))
    assert [topic for topic, _ in sent] == [
        "/gripper_position_controller/commands",
        "/target_pose",
    ]
    assert codecs.decode_float_array(sent[0][1]).tolist() == [0.06]
    target = codecs.decode_pose(sent[1][1])
    assert target.stamp_ns == PERIOD
    np.testing.assert_array_equal(target.value, POSE)
    assert pilot.receive(shown(PERIOD)) == []
    assert len(pilot.receive(shown(2 * PERIOD))) == 2


def test_a_world_whose_time_goes_back_is_answered_on():
    pilot = ExpertPilot(FRANKA)
    pilot.receive(shown(900 * PERIOD))
    assert len(pilot.receive(shown(PERIOD))) == 2
    assert pilot.receive(shown(PERIOD)) == []
    assert len(pilot.receive(shown(2 * PERIOD))) == 2


def test_a_demonstration_without_one_of_the_commands_is_refused_by_name():
    cdr = Demonstration(PERIOD, {"pose": POSE}).encode()
    with pytest.raises(
        AfilError, match="what to command as gripper.*another contract.*ROS_DOMAIN_ID"
    ):
        ExpertPilot(FRANKA).receive(cdr)


def test_a_message_that_is_no_demonstration_is_refused():
    with pytest.raises(AfilError, match="afil_interfaces/msg/Demonstration"):
        ExpertPilot(FRANKA).receive(codecs.encode_string("hello"))
