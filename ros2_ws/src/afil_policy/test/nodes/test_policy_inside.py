"""The policy node within the test's process, where a test can reach behind its topics."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from afil_core.errors import AfilError


class _Entry:
    """A diagnostic status that keeps what it is given."""

    def summary(self, level: bytes, message: str) -> None:
        self.said = (level, message)

    def add(self, key: str, value: str) -> None:
        assert key and isinstance(value, str)


def test_an_unforeseen_error_rests_the_robot_and_ends_finalized_with_its_reason(
    ros: None, checkpoint: Path, robot: Path
) -> None:
    from rclpy.lifecycle import TransitionCallbackReturn
    from rclpy.parameter import Parameter

    from afil_policy.nodes.policy_node import PolicyNode

    node = PolicyNode(
        # rclpy keeps a lifecycle node in the graph as long as anything refers to it: one of the
        # usual name would be in the way of the nodes of the next tests.
        cli_args=["--ros-args", "-r", "__node:=of_this_process"],
        parameter_overrides=[
            Parameter("checkpoint", value=str(checkpoint)),
            Parameter("robot", value=str(robot)),
        ],
    )
    try:
        node.autostart()
        sent: list[str] = []
        assert node._deployment is not None
        rest = node._deployment.controller.rest

        def rest_at_the_second_time(now_ns: int) -> Any:
            sent.append("rest")
            if len(sent) == 1:
                raise ZeroDivisionError("of all things")
            return rest(now_ns)

        node._deployment.controller.rest = rest_at_the_second_time  # type: ignore[method-assign]
        assert node.trigger_deactivate() == TransitionCallbackReturn.ERROR
        assert sent == ["rest", "rest"]
        assert node._state == "finalized"
        entry = node._diagnose(_Entry())
        assert entry.said == (b"\x02", "finalized: ZeroDivisionError: of all things")
        node.finish()
    finally:
        node.destroy_node()


def test_a_node_whose_command_loop_has_failed_is_not_started_before_it_is_stopped(
    ros: None, checkpoint: Path, robot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rclpy.parameter import Parameter

    from afil_policy.nodes.policy_node import PolicyNode

    def fail(now_ns: int) -> Any:
        raise ZeroDivisionError("of all things")

    node = PolicyNode(
        cli_args=["--ros-args", "-r", "__node:=whose_loop_fails"],
        parameter_overrides=[
            Parameter("checkpoint", value=str(checkpoint)),
            Parameter("robot", value=str(robot)),
        ],
    )
    try:
        node.autostart()
        assert node._deployment is not None
        with monkeypatch.context() as patch:
            patch.setattr(node._deployment.controller, "step", fail)
            deadline = time.monotonic() + 20
            while node._failure is None:
                assert time.monotonic() < deadline
                time.sleep(0.01)
        with pytest.raises(AfilError, match=r"loop failed \(ZeroDivisionError.*call ~/stop"):
            node.start()
        node.stop()
        node.start()
        assert node._failure is None
        node.finish()
    finally:
        node.destroy_node()


def test_a_frame_is_answered_when_the_policy_has_decided_and_not_at_the_next_heartbeat(
    client: Any, checkpoint: Path, robot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.parameter import Parameter

    from afil_policy.deploy import command_thread
    from afil_policy.nodes.policy_node import PolicyNode

    monkeypatch.setattr(command_thread, "PERIOD_S", 1000.0)
    given = {"checkpoint": str(checkpoint), "robot": str(robot), "pacing": "frame"}
    given |= {"guards": "none"}
    node = PolicyNode(
        cli_args=["--ros-args", "-r", "__node:=answers_frames"],
        parameter_overrides=[Parameter(name, value=value) for name, value in given.items()],
    )
    executor = SingleThreadedExecutor()
    try:
        node.autostart()
        for each in (node, client.node):
            executor.add_node(each)
        deadline = time.monotonic() + 60
        while not client.commands() and time.monotonic() < deadline:
            client.frame()
            later = time.monotonic() + 0.2
            while time.monotonic() < later:
                executor.spin_once(timeout_sec=0.02)
        assert client.commands()
        node.finish()
    finally:
        executor.shutdown()
        node.destroy_node()
