"""Kinematics, model and tracking of the FR3."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_sim.franka.kinematics import (
    ARM_JOINTS,
    JOINT_MAX,
    JOINT_MAX_VELOCITY,
    JOINT_MIN,
    forward_kinematics,
    jacobian,
    tcp_pose,
)
from afil_sim.franka.tracking import READY_JOINTS, TargetTracker, solve_inverse_kinematics
from afil_sim.offscreen import mujoco
from afil_sim.table_top import FrankaTableTop, load_scene
from afil_sim.target import TargetIntegrator

POINTING_DOWN = np.array([1.0, 0.0, 0.0, 0.0])


def random_joints(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(JOINT_MIN, JOINT_MAX, (count, 7))


def denavit_hartenberg(joints: np.ndarray) -> np.ndarray:
    """Independent chain: the four elementary motions of Craig's convention, multiplied out."""

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


def test_forward_kinematics_agrees_with_an_independent_dh_chain():
    for joints in random_joints(50):
        np.testing.assert_allclose(
            forward_kinematics(joints), denavit_hartenberg(joints), atol=1e-12
        )


def test_forward_kinematics_knows_the_home_pose_of_the_real_robot():
    home = np.array([0.0, -np.pi / 4, 0.0, -3 * np.pi / 4, 0.0, np.pi / 2, np.pi / 4])
    pose = tcp_pose(home)
    np.testing.assert_allclose(pose[:3], [0.30689, 0.0, 0.48688], atol=1e-4)
    np.testing.assert_allclose(pose[3:], POINTING_DOWN, atol=1e-9)


def test_mujoco_model_has_the_kinematics_and_limits_of_the_robot():
    model = load_scene("lift_carrot.xml")
    data = mujoco.MjData(model)
    for joints in random_joints(20):
        data.qpos[:7] = joints
        mujoco.mj_kinematics(model, data)
        tcp = data.site("fr3_hand_tcp")
        expected = forward_kinematics(joints)
        np.testing.assert_allclose(tcp.xpos, expected[:3, 3], atol=1e-9)
        np.testing.assert_allclose(tcp.xmat.reshape(3, 3), expected[:3, :3], atol=1e-9)
    ranges = np.array([model.joint(name).range for name in ARM_JOINTS])
    np.testing.assert_allclose(ranges, np.stack([JOINT_MIN, JOINT_MAX], axis=1))


def test_jacobian_is_the_derivative_of_the_pose():
    for joints in random_joints(5):
        matrix, tcp = jacobian(joints)
        for i in range(7):
            step = np.zeros(7)
            step[i] = 1e-6
            moved = forward_kinematics(joints + step)
            np.testing.assert_allclose(
                matrix[:3, i], (moved[:3, 3] - tcp[:3, 3]) / 1e-6, atol=1e-5
            )
            spin = (moved[:3, :3] - tcp[:3, :3]) @ tcp[:3, :3].T / 1e-6
            np.testing.assert_allclose(
                matrix[3:, i], [spin[2, 1], spin[0, 2], spin[1, 0]], atol=1e-5
            )


@pytest.mark.parametrize("height", [0.015, 0.3, 0.5])
@pytest.mark.parametrize("position", [(0.35, -0.2), (0.5, 0.0), (0.66, 0.2)])
def test_inverse_kinematics_reaches_every_part_of_the_workspace(position, height):
    target = np.array([*position, height, *POINTING_DOWN])
    joints = solve_inverse_kinematics(target, READY_JOINTS)
    np.testing.assert_allclose(tcp_pose(joints), target, atol=2e-3)
    assert np.all(joints > JOINT_MIN) and np.all(joints < JOINT_MAX)


def test_set_points_never_leave_the_limits_whatever_is_asked():
    rng = np.random.default_rng(1)
    tracker = TargetTracker(READY_JOINTS)
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


def test_simulated_arm_keeps_its_limits_under_any_steps_that_the_contract_allows():
    world = FrankaTableTop("lift_carrot.xml")
    world.model.geom_contype[:] = world.model.geom_conaffinity[:] = 0  # the table kicks back
    world.reset(READY_JOINTS)
    rng = np.random.default_rng(2)
    integrator = TargetIntegrator(load_contract("franka"))
    integrator.reset(world.ee_pose)
    heading = np.zeros(6)
    for step in range(250):
        if step % 7 == 0:
            heading = rng.uniform(-1, 1, 6) * [0.05, 0.05, 0.05, 0.05, 0.05, 0.2]
        world.command(*integrator.apply(np.append(heading, rng.uniform(0.0, 0.08))))
        world.advance()
        assert np.all(world.joint_positions > JOINT_MIN)
        assert np.all(world.joint_positions < JOINT_MAX)
        assert np.all(np.abs(world.joint_velocities) < JOINT_MAX_VELOCITY)


def test_simulated_arm_arrives_where_it_is_sent():
    world = FrankaTableTop("lift_carrot.xml")
    world.reset(READY_JOINTS)
    target = np.array([0.55, -0.12, 0.2, *POINTING_DOWN])
    world.command(target, 0.03)
    for _ in range(15):
        world.advance()
    np.testing.assert_allclose(world.ee_pose, target, atol=3e-3)
    assert world.gripper_width == pytest.approx(0.03, abs=1e-3)
