"""Deltas and the demonstrator's action."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from afil_core import codecs, messages
from afil_core.actions import DemonstratedActions, apply_delta, clip_delta, delta_between
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed

PERIOD = 100_000_000
START = 1_000_000_000
POSE, GRIPPER = "/target_pose", "/gripper_position_controller/commands"


def random_pose(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    quaternion = Rotation.random(rng=rng).as_quat()
    return np.concatenate([rng.normal(size=3), quaternion])


@pytest.mark.parametrize("seed", range(5))
def test_delta_leads_from_one_pose_to_the_other(seed):
    start, end = random_pose(seed), random_pose(seed + 100)
    reached = apply_delta(start, delta_between(start, end))
    np.testing.assert_allclose(reached[:3], end[:3], atol=1e-12)
    assert abs(np.dot(reached[3:], end[3:])) == pytest.approx(1.0)


@pytest.mark.parametrize("angle", [0.0, 1e-13, 1e-6, 0.3, 3.0, np.pi - 1e-9])
@pytest.mark.parametrize("seed", range(5))
def test_the_turn_between_two_poses_is_what_scipy_says(seed, angle):
    start = random_pose(seed)
    axis = np.random.default_rng(seed).normal(size=3)
    turn = Rotation.from_rotvec(angle * axis / np.linalg.norm(axis))
    end = start.copy()
    end[3:] = (turn * Rotation.from_quat(start[3:])).as_quat()
    expected = (Rotation.from_quat(end[3:]) * Rotation.from_quat(start[3:]).inv()).as_rotvec()
    np.testing.assert_allclose(delta_between(start, end)[3:], expected, atol=1e-12)
    start[3:] *= -1
    np.testing.assert_allclose(delta_between(start, end)[3:], expected, atol=1e-12)


def test_rotation_of_a_delta_is_in_the_fixed_frame():
    start = np.concatenate([np.zeros(3), Rotation.from_euler("x", 180, degrees=True).as_quat()])
    end = apply_delta(start, np.array([0, 0, 0, 0, 0, np.pi / 2]))
    pointing = Rotation.from_quat(end[3:]).apply([1, 0, 0])
    np.testing.assert_allclose(pointing, [0, 1, 0], atol=1e-12)


def test_clipped_delta_keeps_its_direction():
    delta = np.array([0.3, 0.4, 0, 0, 0, 2.0])
    np.testing.assert_allclose(clip_delta(delta, 0.05, 0.2), [0.03, 0.04, 0, 0, 0, 0.2])
    np.testing.assert_array_equal(clip_delta(delta, 1.0, 3.0), delta)


def commanded(widths_and_xs) -> DemonstratedActions:
    actions = DemonstratedActions(load_contract("franka").require_action())
    for after_ns, x, width in widths_and_xs:
        stamp = START + after_ns
        pose = np.array([x, 0, 0.3, 1, 0, 0, 0.0])
        actions.add(POSE, codecs.encode_pose(pose, stamp, "fr3_link0"), stamp)
        actions.add(GRIPPER, codecs.encode_float_array([width]), stamp)
    return actions


def act(actions: DemonstratedActions, tick: int):
    at = START + tick * PERIOD
    return actions.action(at, at + PERIOD, OBSERVED)


OBSERVED = {"ee_pose": np.array([0.5, 0, 0.3, 1, 0, 0, 0.0]), "gripper_width": np.array([0.08])}


def test_command_that_answers_a_frame_is_that_frames_action():
    actions = commanded([(0, 0.51, 0.08), (PERIOD, 0.54, 0.0)])
    first = act(actions, 0)
    second = act(actions, 1)
    np.testing.assert_allclose(first, [0.01, 0, 0, 0, 0, 0, 0.08], atol=1e-12)
    np.testing.assert_allclose(second, [0.03, 0, 0, 0, 0, 0, 0.0], atol=1e-12)


def test_commands_faster_than_the_control_rate_add_up():
    actions = commanded([(i * PERIOD // 4, 0.5 + 0.01 * (i + 1), 0.08) for i in range(8)])
    np.testing.assert_allclose(act(actions, 1)[:3], [0.04, 0, 0], atol=1e-12)


def test_no_command_yet_means_no_action():
    assert act(commanded([(5 * PERIOD, 0.5, 0.08)]), 0) is None


def test_idle_demonstrator_means_no_motion():
    actions = commanded([(0, 0.51, 0.02)])
    np.testing.assert_allclose(act(actions, 3), [0, 0, 0, 0, 0, 0, 0.02])


def test_applied_vehicle_control_belongs_to_the_frame_before_it():
    action = load_contract("carla").require_action()
    actions = DemonstratedActions(action)
    messages.require_type("carla_msgs/msg/CarlaEgoVehicleStatus")
    control = messages.new("carla_msgs/msg/CarlaEgoVehicleControl", throttle=0.5, steer=-0.25)
    status = messages.new(
        "carla_msgs/msg/CarlaEgoVehicleStatus",
        header=messages.header(START + PERIOD // 2, "map"),
        control=control,
    )
    actions.add("/carla/ego_vehicle/vehicle_status", messages.serialize(status), START)
    np.testing.assert_allclose(actions.action(START, START + PERIOD, {}), [0.5, -0.25, 0])
    assert actions.action(START + PERIOD // 2, START + PERIOD, {}) is None


def test_contract_without_an_action_has_nothing_to_imitate():
    with pytest.raises(AfilError, match="contract 'video' has no action"):
        load_contract("video").require_action()


@pytest.mark.parametrize("faulty", ["pose", "gripper"])
def test_a_command_that_is_not_finite_costs_its_tick_and_no_other(faulty):
    actions = commanded([(0, 0.51, 0.08), (2 * PERIOD, 0.52, 0.08)])
    broken = {
        "pose": (POSE, codecs.encode_pose(np.full(7, np.nan), START + PERIOD, "fr3_link0")),
        "gripper": (GRIPPER, codecs.encode_float_array([np.nan])),
    }[faulty]
    actions.add(*broken, START + PERIOD)
    assert act(actions, 0) is not None
    with pytest.raises(AfilError, match=f"topic {broken[0]}"):
        act(actions, 1)


def test_a_command_in_another_frame_is_refused_by_name():
    actions = commanded([])
    tool = codecs.encode_pose(np.array([0, 0, 0, 1, 0, 0, 0.0]), START, "fr3_hand_tcp")
    actions.add(POSE, tool, START)
    with pytest.raises(AfilError, match="frame 'fr3_hand_tcp', but the contract says 'fr3_link0'"):
        act(actions, 0)


def test_a_step_beyond_the_contracts_limit_is_refused_with_the_key():
    with pytest.raises(AfilError, match=r"step is 0.090 m long, more than action.limits.max_tr"):
        act(commanded([(0, 0.59, 0.08)]), 0)


def test_commands_with_stamp_zero_are_no_actions():
    actions = commanded([])
    for k in range(3):
        actions.add(
            POSE,
            codecs.encode_pose(np.array([0.5, 0, 0.3, 1, 0, 0, 0]), 0, "fr3_link0"),
            START + k,
        )
    assert act(actions, 0) is None


@pytest.mark.parametrize(
    ("ends", "sent", "width"),
    [
        ({}, 0.08, 0.08),
        ({"closed": 0.0, "open": 1.0}, 0.5, 0.04),
        ({"closed": 255.0, "open": 0.0}, 255.0, 0.0),
        ({"closed": 0.0, "open": 0.04}, 0.04, 0.08),
    ],
)
def test_unit_and_polarity_of_a_gripper_command_are_settings(ends, sent, width):
    given = {f"commands.gripper.{k}": v for k, v in ends.items()}
    gripper = changed(load_contract("franka"), given).commands["gripper"]
    assert gripper.decode(codecs.encode_float_array([sent])).value == pytest.approx([width])
    cdr = gripper.encode(np.array([width]), START)
    assert codecs.decode_float_array(cdr) == pytest.approx([sent])


@pytest.mark.parametrize("sent", [255.0, 1.0, -0.04])
def test_a_gripper_command_outside_of_its_range_says_what_to_set(sent):
    gripper = load_contract("franka").commands["gripper"]
    with pytest.raises(AfilError, match=r"commands.gripper.closed and .open"):
        gripper.decode(codecs.encode_float_array([sent]))


def test_a_command_that_is_not_finite_is_not_sent():
    pose = load_contract("franka").commands["pose"]
    with pytest.raises(AfilError, match="nothing was sent"):
        pose.encode(np.full(7, np.nan), START)


@pytest.mark.parametrize(
    "type_",
    [
        "sensor_msgs/msg/JointState",
        "std_msgs/msg/Float64MultiArray",
        "trajectory_msgs/msg/JointTrajectory",
    ],
)
def test_joint_targets_survive_every_type(type_):
    contract = changed(load_contract("franka"), {"commands.joint.type": type_})
    joint = contract.commands["joint"]
    np.testing.assert_allclose(
        joint.decode(joint.encode(np.arange(7.0), START)).value, np.arange(7)
    )


def test_demonstrated_joint_targets_must_be_in_range_and_not_jump():
    limits = {"minimum_rad": [-3.0] * 7, "maximum_rad": [3.0] * 7, "max_step_rad": 0.1}
    part = {
        "kind": "joint",
        **limits,
        "demonstrated": ["joint"],
        "interfaces": {"joint": ["joint"]},
        "default_interface": "joint",
    }
    action = changed(load_contract("franka"), {"action": part}).require_action()
    still, low = np.zeros(7), np.full(7, -2.9)
    action.require_demonstrable("joint", still + 0.19, still)
    action.require_demonstrable("joint", low - 0.14, None)  # where the arm itself may have been
    with pytest.raises(AfilError, match=r"fr3_joint1 jumps by 0.40 rad.*max_step_rad is 0.1"):
        action.require_demonstrable("joint", still + 0.4, still)
    with pytest.raises(AfilError, match=r"fr3_joint1 is commanded to -3.10 rad, outside of -3 to"):
        action.require_demonstrable("joint", low - 0.2, None)
