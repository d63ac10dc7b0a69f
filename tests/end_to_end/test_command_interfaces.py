"""Each command interface moves the mock of franka_ros2; node and robot are in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core.contract import Contract, load_contract
from benchmarks.deploy.checkpoint import moving_checkpoint
from benchmarks.deploy.mock_franka import MockFranka, turned
from benchmarks.deploy.rig import domain
from benchmarks.deploy_faults import by_joints

FRANKA = load_contract("franka")


@contextmanager
def deployed(folder: Path, contract: Contract, interface: str) -> Iterator[Any]:
    """A policy node that commands, until the block ends."""
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.parameter import Parameter

    from afil_policy.nodes.policy_node import PolicyNode

    robot = folder / "robot.yaml"
    robot.write_text(contract.to_yaml())
    given = {
        "checkpoint": str(moving_checkpoint(folder / "checkpoint", contract)),
        "robot": str(robot),
        "command_interface": interface,
        "guards": "none",
        "watchdog_timeout_s": 5.0,  # A busy machine is no reason to stop the arm here.
        "priority": 0,
    }
    node = PolicyNode(parameter_overrides=[Parameter(k, value=v) for k, v in given.items()])
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    try:
        node.autostart()
        thread.start()
        yield node
    finally:
        node.finish()
        executor.shutdown()
        if thread.ident is not None:
            thread.join(5)
        node.destroy_node()


@pytest.mark.parametrize(
    ("interface", "contract"),
    [("twist", FRANKA), ("twist_hand", FRANKA), ("joint", by_joints(FRANKA))],
)
def test_the_arm_is_moved_and_comes_to_rest(
    interface: str, contract: Contract, tmp_path: Path
) -> None:
    with domain():
        robot = MockFranka(contract)
        try:
            pose, joints = robot.pose.copy(), robot.joints.copy()

            def moved() -> float:
                return turned(pose, robot.pose) + float(np.abs(robot.joints - joints).max())

            with deployed(tmp_path, contract, interface) as node:
                assert robot.wait_until(lambda: moved() > 0.02, 30), node._deployment.problem
                wanted = {"twist_hand": "twist"}.get(interface, interface)
                assert {c.name for c in robot.heard.commands} >= {wanted}
                if interface == "twist_hand":
                    assert robot.wait_until(lambda: bool(robot.heard.goals), 30)
                    assert robot.heard.goals[0][0] == "franka_gripper/move"
            assert robot.wait_until(lambda: not robot.is_moved(), 20)
            assert not robot.heard.commands[-1].moves
        finally:
            robot.close()
