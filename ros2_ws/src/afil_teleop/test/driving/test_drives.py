"""What a device asks for becomes commands within the contract's limits, and rests in silence."""

import numpy as np
import pytest

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, READY_JOINTS, changed
from afil_teleop.driving import make_drive


def values(sent):
    return {s.command.name: s.command.decode(s.cdr).value for s in sent}


def stamps(sent):
    return {s.command.decode(s.cdr).stamp_ns for s in sent if s.command.has_header}


@pytest.fixture
def arm(franka):
    drive = make_drive(franka)
    assert not drive.is_ready
    (stream,) = drive.streams
    drive.measured(stream.name, HOME)
    assert drive.is_ready
    return drive


def test_steps_add_up_to_a_target_from_the_measured_pose_on(arm):
    for k in range(3):
        sent = arm.move(np.array([0.01, 0, 0, 0, 0, 0, 0.05]), stamp_ns=k)
    assert [s.command.name for s in sent] == ["gripper", "pose"], "the gripper first"
    assert values(sent)["pose"][0] == pytest.approx(HOME[0] + 0.03)
    assert values(sent)["gripper"] == pytest.approx([0.05])
    assert stamps(sent) == {2}


def test_a_step_is_held_within_the_contracts_limits(arm, franka):
    sent = arm.move(np.array([1.0, 0, 0, 0, 0, 0, 3.0]), 0)
    limits = franka.action.limits
    assert values(sent)["pose"][0] == pytest.approx(HOME[0] + limits.max_translation_m)
    assert values(sent)["gripper"] == pytest.approx([0.08])
    for _ in range(40):
        arm.measured("ee_pose", values(sent)["pose"])
        sent = arm.move(np.array([1.0, 0, 0, 0, 0, 0, 0]), 0)
    assert values(sent)["pose"][0] == pytest.approx(limits.workspace_max_m[0])


def test_a_simulation_that_falls_behind_gets_a_step_for_each_period_of_its_own(arm, franka):
    period_ns, action = franka.period_ns, np.array([0.01, 0, 0, 0, 0, 0, 0.05])
    for stamp_ns in (0, 0, period_ns // 4, period_ns, period_ns):
        sent = arm.follow(action, stamp_ns)
    assert sent == [] and values(arm.rest(0))["pose"][0] == pytest.approx(HOME[0] + 0.02)
    arm.follow(action, 0)
    assert values(arm.rest(0))["pose"][0] == pytest.approx(HOME[0] + 0.03), "begun anew"


def test_a_blocked_arms_target_is_three_steps_ahead_at_most(arm, franka):
    for _ in range(40):
        sent = arm.move(np.array([0, 0, -0.03, 0, 0, 0, 0]), 0)
        arm.measured("ee_pose", HOME)
    most_m = 3 * franka.action.limits.max_translation_m
    assert HOME[2] - values(sent)["pose"][2] == pytest.approx(most_m)
    sent = arm.move(np.array([0, 0, 0.03, 0, 0, 0, 0]), 0)
    assert HOME[2] - values(sent)["pose"][2] == pytest.approx(most_m - 0.03), "back at once"


def test_at_rest_the_target_stays_and_a_gripper_that_was_not_asked_for_is_left_alone(arm):
    assert values(arm.rest(7)) == {"pose": pytest.approx(HOME)}
    arm.move(np.array([0.01, 0, 0, 0, 0, 0, 0.0]), 8)
    rest = values(arm.rest(9))
    assert rest["pose"][0] == pytest.approx(HOME[0] + 0.01) and rest["gripper"] == [0.0]


def test_an_arm_that_others_moved_is_not_pulled_back_all_the_way_at_rest(arm, franka):
    most_m = franka.action.limits.max_translation_m
    places, away = [HOME], HOME + [-0.2, 0.3, 0, 0, 0, 0, 0]
    arm.measured("ee_pose", away)
    for k in range(9):
        places.append(values(arm.rest(k))["pose"])
    steps = np.linalg.norm(np.diff(places, axis=0)[:, :3], axis=1)
    assert steps.max() <= most_m + 1e-9, "the target comes to the arm step by step"
    assert np.linalg.norm(places[-1][:3] - away[:3]) == pytest.approx(3 * most_m)


def test_after_a_rest_a_step_speeds_up_from_standstill(franka):
    drive = make_drive(changed(franka, {"action.limits.max_translation_change_m": 0.01}))
    drive.measured("ee_pose", HOME)
    places = [HOME]
    for _ in range(5):
        places.append(values(drive.move(np.array([0.05, 0, 0, 0, 0, 0, 0.08]), 0))["pose"])
        drive.measured("ee_pose", places[-1])
    assert places[-1][0] - places[-2][0] == pytest.approx(0.05)
    drive.rest(1)
    moved = values(drive.move(np.array([0.05, 0, 0, 0, 0, 0, 0.08]), 2))["pose"]
    assert moved[0] - places[-1][0] == pytest.approx(0.01)


def test_in_a_new_episode_the_old_target_is_forgotten(arm):
    arm.move(np.array([0.01, 0, 0, 0, 0, 0, 0.0]), 0)
    arm.forget()
    assert not arm.is_ready and arm.rest(1) == []
    arm.measured("ee_pose", HOME)
    assert values(arm.rest(1)) == {"pose": pytest.approx(HOME)}


def test_nothing_is_sent_of_an_action_that_is_not_finite(arm):
    with pytest.raises(AfilError, match="not finite in dy"):
        arm.move(np.array([0, np.nan, 0, 0, 0, 0, 0]), 0)
    assert values(arm.rest(1))["pose"] == pytest.approx(HOME)


def test_joints_follow_their_leader_by_the_largest_step(franka, joint_action):
    drive = make_drive(changed(franka, {"action": joint_action}))
    drive.measured("joint_positions", READY_JOINTS)
    wanted = np.append(READY_JOINTS + [0.25, -0.03, 0, 0, 0, 0, 0], 0.02)
    found = [values(drive.move(wanted, k))["joint"] - READY_JOINTS for k in range(4)]
    assert [f[0] for f in found] == pytest.approx([0.1, 0.2, 0.25, 0.25])
    assert [f[1] for f in found] == pytest.approx([-0.03] * 4)
    rest = values(drive.rest(9))
    assert rest["joint"] == pytest.approx(wanted[:7]) and rest["gripper"] == pytest.approx([0.02])


def test_a_leader_that_lies_far_away_is_not_followed_until_it_comes_near(franka, joint_action):
    drive = make_drive(changed(franka, {"action": joint_action}))
    drive.measured("joint_positions", READY_JOINTS)
    far = np.append(READY_JOINTS + [0, 0, 0, 0, 0, -1.0, 0], 0.02)
    near = np.append(READY_JOINTS + [0, 0, 0, 0, 0, -0.3, 0], 0.02)
    with pytest.raises(AfilError, match=r"fr3_joint6 of the leader is -1.00 rad away"):
        drive.move(far, 0)
    assert values(drive.rest(1))["joint"] == pytest.approx(READY_JOINTS)
    drive.move(near, 2)
    moved = []
    for k in range(3):
        found = values(drive.move(far, k))["joint"]
        drive.measured("joint_positions", found)
        moved.append(found[5] - READY_JOINTS[5])
    assert moved == pytest.approx([-0.2, -0.3, -0.4]), "once it follows, it follows"
    drive.rest(9)
    with pytest.raises(AfilError, match="away from the robot's"):
        drive.move(far, 10)


def test_the_targets_of_an_arm_that_is_held_are_three_steps_ahead_at_most(franka, joint_action):
    drive = make_drive(changed(franka, {"action": joint_action}))
    drive.measured("joint_positions", READY_JOINTS)
    wanted, found = np.append(READY_JOINTS, 0.02), []
    for k in range(10):
        wanted[0] = READY_JOINTS[0] + 0.2 * k
        drive.measured("joint_positions", READY_JOINTS)
        found.append(values(drive.move(wanted, k))["joint"][0] - READY_JOINTS[0])
    assert found == pytest.approx([0.0, 0.1, 0.2] + [0.3] * 7)
    drive.measured("joint_positions", READY_JOINTS - 0.15)
    assert values(drive.move(wanted, 11))["joint"][0] - READY_JOINTS[0] == pytest.approx(0.2), (
        "led back by the largest step"
    )


def test_joints_that_others_moved_are_not_pulled_back_all_the_way_at_rest(franka, joint_action):
    drive = make_drive(changed(franka, {"action": joint_action}))
    drive.measured("joint_positions", READY_JOINTS)
    drive.measured("joint_positions", READY_JOINTS + 0.8)
    away = [values(drive.rest(k))["joint"][0] - READY_JOINTS[0] for k in range(7)]
    assert away == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5])


def test_joints_need_measured_ones_to_start_from(franka, joint_action):
    contract = changed(franka, {"action": joint_action}, ("observations.joint_positions",))
    with pytest.raises(AfilError, match="no observation of kind joint_positions"):
        make_drive(contract)


def test_a_car_gets_what_is_asked_for_within_its_ranges_and_brakes_in_silence():
    drive = make_drive(load_contract("carla"))
    assert drive.is_ready and drive.streams == ()
    assert values(drive.move(np.array([0.4, -2.0, 0.0]), 5)) == {
        "vehicle": pytest.approx([0.4, -1.0, 0.0])
    }
    assert values(drive.rest(6)) == {"vehicle": pytest.approx([0, 0, 1])}


def test_data_without_a_robot_cannot_be_driven():
    with pytest.raises(AfilError, match="no action"):
        make_drive(load_contract("video"))


def test_a_car_in_reverse_says_so_and_nobody_learns_it():
    drive = make_drive(load_contract("carla"))
    drive.reverse = True
    ((command, cdr),) = drive.move(np.array([0.4, 0.1, 0.0]), 5)
    message = messages.deserialize(cdr, command.type)
    assert message.reverse and message.throttle == pytest.approx(0.4)
    with pytest.raises(AfilError, match="driven in reverse"):
        command.decode(cdr)
    ((command, cdr),) = drive.rest(6)
    assert not messages.deserialize(cdr, command.type).reverse
