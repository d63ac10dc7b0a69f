"""Deltas and the demonstrator's action."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from afil_core import codecs, messages
from afil_core.actions import DemonstratedActions, apply_delta, clip_delta, delta_between
from afil_core.contract import load_contract
from afil_core.errors import AfilError

PERIOD = 100_000_000


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
    actions = DemonstratedActions(load_contract("franka"))
    for stamp, x, width in widths_and_xs:
        pose = np.array([x, 0, 0.3, 1, 0, 0, 0.0])
        actions.add("/target_pose", codecs.encode_pose(pose, stamp, "fr3_link0"), stamp)
        actions.add(
            "/gripper_position_controller/commands", codecs.encode_float_array([width]), stamp
        )
    return actions


OBSERVED = {"ee_pose": np.array([0.5, 0, 0.3, 1, 0, 0, 0.0]), "gripper_width": np.array([0.08])}


def test_command_that_answers_a_frame_is_that_frames_action():
    actions = commanded([(0, 0.51, 0.08), (PERIOD, 0.54, 0.0)])
    first = actions.action(0, PERIOD, OBSERVED)
    second = actions.action(PERIOD, 2 * PERIOD, OBSERVED)
    np.testing.assert_allclose(first, [0.01, 0, 0, 0, 0, 0, 0.08], atol=1e-12)
    np.testing.assert_allclose(second, [0.03, 0, 0, 0, 0, 0, 0.0], atol=1e-12)


def test_commands_faster_than_the_control_rate_add_up():
    actions = commanded([(i * PERIOD // 4, 0.5 + 0.01 * (i + 1), 0.08) for i in range(8)])
    np.testing.assert_allclose(
        actions.action(PERIOD, 2 * PERIOD, OBSERVED)[:3], [0.04, 0, 0], atol=1e-12
    )


def test_no_command_yet_means_no_action():
    assert commanded([(5 * PERIOD, 0.5, 0.08)]).action(0, PERIOD, OBSERVED) is None


def test_idle_demonstrator_means_no_motion():
    actions = commanded([(0, 0.51, 0.02)])
    np.testing.assert_allclose(
        actions.action(3 * PERIOD, 4 * PERIOD, OBSERVED), [0, 0, 0, 0, 0, 0, 0.02]
    )


CARLA_MSGS = {
    "CarlaEgoVehicleControl": "std_msgs/Header header\nfloat32 throttle\nfloat32 steer\n"
    "float32 brake\nbool hand_brake\nbool reverse\nint32 gear\nbool manual_gear_shift\n",
    "CarlaEgoVehicleStatus": "std_msgs/Header header\nfloat32 velocity\n"
    "geometry_msgs/Accel acceleration\ngeometry_msgs/Quaternion orientation\n"
    "CarlaEgoVehicleControl control\n",
}


def test_applied_vehicle_control_belongs_to_the_frame_before_it(tmp_path, monkeypatch):
    folder = tmp_path / "share" / "carla_msgs" / "msg"
    folder.mkdir(parents=True)
    for name, definition in CARLA_MSGS.items():
        (folder / f"{name}.msg").write_text(definition)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    actions = DemonstratedActions(load_contract("carla"))
    control = messages.new("carla_msgs/msg/CarlaEgoVehicleControl", throttle=0.5, steer=-0.25)
    status = messages.new(
        "carla_msgs/msg/CarlaEgoVehicleStatus",
        header=messages.header(PERIOD // 2, "map"),
        control=control,
    )
    actions.add("/carla/ego_vehicle/vehicle_status", messages.serialize(status), 0)
    np.testing.assert_allclose(actions.action(0, PERIOD // 2, {}), [0.5, -0.25, 0])
    assert actions.action(PERIOD // 2, PERIOD, {}) is None


def test_contract_without_an_action_has_nothing_to_imitate():
    with pytest.raises(AfilError, match="contract 'video' has no action"):
        DemonstratedActions(load_contract("video"))


@pytest.mark.parametrize(
    ("topic", "cdr"),
    [
        ("/gripper_position_controller/commands", codecs.encode_float_array([np.nan])),
        (
            "/target_pose",
            codecs.encode_pose(np.array([np.inf, 0, 0.3, 1, 0, 0, 0]), 1, "fr3_link0"),
        ),
    ],
)
def test_a_command_that_is_not_finite_is_not_learned(topic, cdr):
    actions = DemonstratedActions(load_contract("franka"))
    with pytest.raises(AfilError, match=f"{topic} has a command that is not finite.*at 5 ns"):
        actions.add(topic, cdr, 5)
