"""A policy drives until a person takes over."""

import numpy as np
import pytest

from afil_core.commander import Commander, decode_commander, decode_override, policy_topic
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, FrankaOnPaper
from afil_teleop.driving import Measured, Sent, Takeover, make_drive

OVERRIDE = "/carla/ego_vehicle/vehicle_control_manual_override"


def test_the_policys_topics_lie_beside_the_robots():
    assert policy_topic("/target_pose", "") == "/policy/target_pose"
    assert policy_topic("/left/target_pose", "left") == "/left/policy/target_pose"
    assert policy_topic("/carla/x", "/left/") == "/left/policy/carla/x"


def test_the_policys_commands_are_passed_on_until_a_person_takes_over(franka):
    takeover = Takeover(franka, "gamepad")
    assert set(takeover.inputs) == {
        "/policy/target_pose",
        "/policy/gripper_position_controller/commands",
    }
    sent = dict(FrankaOnPaper(franka).command(5, HOME, width=0.0))
    for topic, cdr in sent.items():
        assert takeover.forward(f"/policy{topic}", cdr) == [(topic, cdr)]
    drive = make_drive(franka)
    drive.measured("ee_pose", HOME)
    mine = drive.move(np.array([0.01, 0, 0, 0, 0, 0, 0.08]), 6)
    assert takeover.person(mine) == [], "the policy commands"

    adopted = {command.name: value for command, value in takeover.take()}
    assert takeover.is_human and adopted["gripper"] == pytest.approx([0.0])
    assert takeover.forward("/policy/target_pose", sent["/target_pose"]) == []
    assert [topic for topic, _ in takeover.person(mine)] == [
        "/gripper_position_controller/commands",
        "/target_pose",
    ]
    takeover.hand_back()
    assert takeover.needs_fresh_policy and not takeover.is_human
    assert takeover.forward("/policy/target_pose", sent["/target_pose"])


def test_a_person_starts_where_the_arm_is_though_the_policys_target_was_far_ahead(franka):
    takeover = Takeover(franka, "gamepad")
    ahead = HOME + [0.15, 0, 0, 0, 0, 0, 0]
    for topic, cdr in FrankaOnPaper(franka).command(5, ahead):
        takeover.forward(f"/policy{topic}", cdr)
    drive = make_drive(franka)
    drive.measured("ee_pose", ahead)
    takeover.take()
    drive.forget()
    assert not drive.is_ready, "it waits for what is measured after the take-over"
    drive.measured("ee_pose", HOME)
    resting = dict(takeover.person(drive.rest(6)))["/target_pose"]
    pose = franka.commands["pose"]
    assert pose.decode(resting).value == pytest.approx(HOME), "whoever lets go, it stops there"
    moved = drive.move(np.array([1.0, 0, 0, 0, 0, 0, 0.08]), 7)
    target = pose.decode(dict(takeover.person(moved))["/target_pose"]).value
    assert target[0] - HOME[0] == pytest.approx(0.05), "the largest step"


def test_a_policy_that_stops_by_itself_is_no_commander_until_it_goes_on(franka):
    takeover, pose = Takeover(franka, "gamepad"), franka.commands["pose"]
    (stream,) = make_drive(franka).streams
    places = Measured(pytest.fail)
    arm = HOME + [0.013, 0, 0, 0, 0, 0, 0]
    for k in range(5):
        places.add(stream, stream.encode(arm + [0.01 * k, 0, 0, 0, 0, 0, 0], 5))

    def passed(target):
        cdr = pose.encode(target, 5)
        sent = takeover.forward("/policy/target_pose", cdr, places.recent())
        assert sent[-1].topic == "/target_pose", "all of it goes to the robot"
        return [decode_commander(cdr) for topic, cdr in sent if topic == "/commander"]

    for ahead in (0.15, 0.02):
        target = HOME + [ahead, 0, 0, 0, 0, 0, 0]
        assert passed(target) == [] and takeover.commander is Commander.POLICY
        assert passed(arm) == [Commander.NOBODY], "back to where the arm was measured"
        assert passed(arm) == [], "said again by its watchdog"
        assert passed(arm + [0.03, 0.0001, 0, 0, 0, 0, 0]) == [Commander.POLICY]
    assert passed(HOME - [0.15, 0, 0, 0, 0, 0, 0]) == [], "any other jump is the policy's own"
    passed(arm)
    takeover.take()
    assert takeover.is_human


def test_what_cannot_be_held_back_is_refused(franka):
    with pytest.raises(AfilError, match="commands.hand is an action"):
        Takeover(franka, "gamepad", "pose_hand")


def test_who_commands_is_announced(franka):
    takeover = Takeover(franka, "gamepad")
    ((topic, cdr),) = takeover.announcement()
    assert topic == "/commander" and decode_commander(cdr) is Commander.POLICY
    takeover.take()
    ((_, cdr),) = takeover.announcement()
    assert decode_commander(cdr) is Commander.HUMAN


def test_a_car_is_taken_over_by_the_bridges_override():
    contract = load_contract("carla")
    takeover = Takeover(contract, "gamepad")
    assert takeover.inputs == {}, "the policy has the bridge's own channel"
    assert takeover.announced[OVERRIDE][1].durability == "transient_local"
    assert decode_override(dict(takeover.announcement())[OVERRIDE]) is Commander.POLICY
    takeover.take()
    assert decode_override(dict(takeover.announcement())[OVERRIDE]) is Commander.HUMAN
    control = contract.commands["vehicle"]
    ((topic, _),) = takeover.person([Sent(control, b"")])
    assert topic == "/carla/ego_vehicle/vehicle_control_cmd_manual"
    assert not takeover.needs_fresh_policy


def test_teleoperation_moves_the_robot_where_a_policys_commands_pass_through_it_too(franka):
    arm, car = Takeover(franka, "gamepad"), Takeover(load_contract("carla"), "gamepad")
    assert arm.moves_robot and not car.moves_robot, "a bridge hears the policy itself"
    for takeover in (arm, car):
        takeover.take()
        assert takeover.moves_robot
        takeover.hand_back()
    assert not car.moves_robot
    arm.new_scene()
    assert not arm.moves_robot, "nobody commands"
