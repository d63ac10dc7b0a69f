"""A robot is brought to rest by another process than the one that drove it."""

import pytest

from afil_core.contract import load_contract
from afil_core.testing import HOME
from afil_teleop.driving.resting import Resting

CAR = load_contract("carla")
CONTROL = CAR.commands["vehicle"]
MANUAL = "/carla/ego_vehicle/vehicle_control_cmd_manual"


@pytest.mark.parametrize("takeover", [False, True])
def test_a_car_brakes_where_the_person_commands(takeover):
    resting = Resting(CAR, takeover=takeover)
    assert not resting.streams
    ((topic, cdr),) = resting.rest({}, 5)
    assert topic == (MANUAL if takeover else CONTROL.topic)
    assert list(resting.outputs) == [topic]
    assert CONTROL.decode(cdr).value == pytest.approx([0, 0, 1])
    assert ("override stays true" in resting.advice) == takeover


def test_an_arm_is_held_where_it_is_measured_and_its_gripper_is_left_alone(franka):
    resting = Resting(franka, takeover=True)
    assert [stream.name for stream in resting.streams] == ["ee_pose"]
    resting.rest({"ee_pose": HOME + [0.1, 0, 0, 0, 0, 0, 0]}, 4)
    ((topic, cdr),) = resting.rest({"ee_pose": HOME}, 5)
    assert topic == "/target_pose"
    assert franka.commands["pose"].decode(cdr).value == pytest.approx(HOME), "where it is now"
    assert resting.rest({}, 6) == [], "nobody knows where it is"
