"""The simulated FR3: kinematics against known ones, limits, tracking."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from afil_core.contract import load_contract, parse_contract
from afil_core.errors import AfilError
from afil_sim.bodies.fr3 import ARM_JOINTS, JOINT_MAX_VELOCITY, READY_JOINTS, TCP
from afil_sim.bodies.kinematics import ArmKinematics, InverseConfig
from afil_sim.bodies.tracking import TargetTracker, TrackingConfig
from afil_sim.worlds.table_top import TableTop, load_scene

CONTRACT = load_contract("franka")
POINTING_DOWN = np.array([1.0, 0.0, 0.0, 0.0])
# What Franka Robotics publishes for the FR3, rad.
JOINT_MIN = np.array([-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159])
JOINT_MAX = np.array([2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159])


@pytest.fixture(scope="module")
def kinematics() -> ArmKinematics:
    return ArmKinematics(load_scene("lift_carrot.xml"), ARM_JOINTS, TCP)


@pytest.fixture
def table_top():
    world = TableTop(TableTop.Config(), CONTRACT)
    yield world
    world.close()


def random_joints(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(JOINT_MIN, JOINT_MAX, (count, 7))


def matrix_of(pose: np.ndarray) -> np.ndarray:
    """Homogeneous transform of a pose [7], from the quaternion by hand."""
    x, y, z, w = pose[3:]
    transform = np.eye(4)
    transform[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    transform[:3, 3] = pose[:3]
    return transform


def denavit_hartenberg(joints: np.ndarray) -> np.ndarray:
    """The robot's published chain: the four motions of Craig's convention, multiplied out."""

    def rotate(axis: int, angle: float) -> np.ndarray:
        c, s = np.cos(angle), np.sin(angle)
        matrix = np.eye(4)
        i, j = [(1, 2), (2, 0), (0, 1)][axis]
        matrix[i, i] = matrix[j, j] = c
        matrix[i, j], matrix[j, i] = -s, s
        return matrix

    def move(x: float, z: float) -> np.ndarray:
        matrix = np.eye(4)
        matrix[0, 3], matrix[2, 3] = x, z
        return matrix

    right = np.pi / 2
    rows = [
        (0.0, 0.0, 0.333),
        (-right, 0.0, 0.0),
        (right, 0.0, 0.316),
        (right, 0.0825, 0.0),
        (-right, -0.0825, 0.384),
        (right, 0.0, 0.0),
        (right, 0.088, 0.0),
    ]
    chain = np.eye(4)
    for (alpha, a, d), angle in zip(rows, joints, strict=True):
        chain = chain @ rotate(0, alpha) @ move(a, 0.0) @ rotate(2, angle) @ move(0.0, d)
    return chain @ move(0.0, 0.107) @ rotate(2, -np.pi / 4) @ move(0.0, 0.1034)


def test_poses_agree_with_the_published_denavit_hartenberg_parameters(kinematics):
    for joints in random_joints(50):
        np.testing.assert_allclose(
            matrix_of(kinematics.pose(joints)), denavit_hartenberg(joints), atol=1e-9
        )


def test_home_pose_is_the_real_robots(kinematics):
    home = np.array([0.0, -np.pi / 4, 0.0, -3 * np.pi / 4, 0.0, np.pi / 2, np.pi / 4])
    pose = kinematics.pose(home)
    np.testing.assert_allclose(pose[:3], [0.30689, 0.0, 0.48688], atol=1e-4)
    np.testing.assert_allclose(pose[3:], POINTING_DOWN, atol=1e-9)


def test_joint_limits_are_the_published_ones(kinematics):
    np.testing.assert_allclose(kinematics.minimum, JOINT_MIN)
    np.testing.assert_allclose(kinematics.maximum, JOINT_MAX)


def test_jacobian_is_the_derivative_of_the_published_chain(kinematics):
    for joints in random_joints(5):
        matrix, tcp = kinematics.jacobian(joints), denavit_hartenberg(joints)
        for i in range(7):
            step = np.zeros(7)
            step[i] = 1e-6
            moved = denavit_hartenberg(joints + step)
            np.testing.assert_allclose(
                matrix[:3, i], (moved[:3, 3] - tcp[:3, 3]) / 1e-6, atol=1e-5
            )
            spin = (moved[:3, :3] - tcp[:3, :3]) @ tcp[:3, :3].T / 1e-6
            np.testing.assert_allclose(
                matrix[3:, i], [spin[2, 1], spin[0, 2], spin[1, 0]], atol=1e-5
            )


@pytest.mark.parametrize("height", [0.015, 0.3, 0.5])
@pytest.mark.parametrize("position", [(0.35, -0.2), (0.5, 0.0), (0.66, 0.2)])
def test_inverse_kinematics_reaches_every_part_of_the_workspace(kinematics, position, height):
    target = np.array([*position, height, *POINTING_DOWN])
    joints = kinematics.inverse(target, READY_JOINTS, READY_JOINTS, InverseConfig())
    reached = denavit_hartenberg(joints)
    np.testing.assert_allclose(reached[:3, 3], target[:3], atol=2e-3)
    np.testing.assert_allclose(reached[:3, :3], np.diag([1.0, -1.0, -1.0]), atol=2e-3)
    assert np.all(joints > JOINT_MIN) and np.all(joints < JOINT_MAX)


def test_kinematics_leave_the_simulated_state_alone(table_top):
    before = table_top.data.qpos.copy(), table_top.arm.ee_pose
    table_top.arm.joints_at(np.array([0.4, 0.1, 0.2, *POINTING_DOWN]))
    np.testing.assert_array_equal(table_top.data.qpos, before[0])
    np.testing.assert_array_equal(table_top.arm.ee_pose, before[1])


def test_set_points_never_leave_the_limits_whatever_is_asked(kinematics):
    rng = np.random.default_rng(1)
    tracker = TargetTracker(TrackingConfig(), kinematics, JOINT_MAX_VELOCITY, READY_JOINTS)
    last = tracker.setpoint
    for _ in range(60):
        quaternion = rng.normal(size=4)
        pose = np.concatenate([rng.uniform(-1.5, 1.5, 3), quaternion / np.linalg.norm(quaternion)])
        tracker.set_target(pose)
        for i in range(10):
            now = tracker.advance(0.1 - i * 0.01, 0.01, last)
            assert np.all(now >= JOINT_MIN) and np.all(now <= JOINT_MAX)
            assert np.all(np.abs(now - last) <= JOINT_MAX_VELOCITY * 0.01 + 1e-12)
            last = now


def test_arm_keeps_its_limits_under_any_steps_that_the_contract_allows(table_top):
    # The table kicks back.
    table_top.model.geom_contype[:] = table_top.model.geom_conaffinity[:] = 0
    arm, rng = table_top.arm, np.random.default_rng(2)
    arm.hold()
    heading = np.zeros(6)
    for step in range(250):
        if step % 7 == 0:
            heading = rng.uniform(-1, 1, 6) * [0.05, 0.05, 0.05, 0.05, 0.05, 0.2]
        arm.act(np.append(heading, rng.uniform(0.0, 0.08)))
        table_top.advance()
        assert np.all(arm.joint_positions > JOINT_MIN)
        assert np.all(arm.joint_positions < JOINT_MAX)
        assert np.all(np.abs(arm.joint_velocities) < JOINT_MAX_VELOCITY)


def test_arm_arrives_where_it_is_sent(table_top):
    target = np.array([0.55, -0.12, 0.2, *POINTING_DOWN])
    table_top.arm.move_to(target)
    table_top.arm.open_to(0.03)
    for _ in range(15):
        table_top.advance()
    np.testing.assert_allclose(table_top.arm.ee_pose, target, atol=3e-3)
    assert table_top.arm.gripper_width == pytest.approx(0.03, abs=1e-3)


def test_actions_add_up_on_the_last_target_and_not_on_the_lagging_arm(table_top):
    arm = table_top.arm
    arm.hold()
    start = arm.ee_pose
    for _ in range(4):
        commands = arm.commands(np.array([0.02, 0, 0, 0, 0, 0, 0.08]))
        arm.act(np.array([0.02, 0, 0, 0, 0, 0, 0.08]))
        table_top.advance()
    np.testing.assert_allclose(commands["pose"][:3], start[:3] + [0.08, 0, 0], atol=1e-9)
    assert arm.ee_pose[0] < commands["pose"][0] - 1e-3, "the arm lags"


def test_a_contract_that_asks_for_what_the_arm_lacks_is_refused_by_name():
    data = yaml.safe_load(CONTRACT.to_yaml())
    data["observations"]["speed"] = {
        "kind": "speed",
        "topic": "speed",
        "type": "std_msgs/msg/Float32",
        "rate_hz": 10.0,
        "max_age_s": 0.5,
        "alignment": "hold",
    }
    contract = parse_contract(yaml.safe_dump(data), "mine.yaml")
    with pytest.raises(AfilError, match="has no sensor for observations.speed of kind speed"):
        TableTop(TableTop.Config(), contract)


def test_a_camera_that_the_scene_lacks_is_refused_by_name():
    config = TableTop.Config(cameras={"front_image": "wrist"})
    with pytest.raises(AfilError, match="no camera 'wrist' for observations.front_image; it has"):
        TableTop(config, CONTRACT)
