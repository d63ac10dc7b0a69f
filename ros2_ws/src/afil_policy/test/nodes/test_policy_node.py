"""The policy node as a process of its own, over DDS."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core.contract import Contract
from afil_core.testing import HOME
from afil_policy.deploy import status

DIAGNOSTICS, DIAGNOSTICS_TYPE = "/diagnostics", "diagnostic_msgs/msg/DiagnosticArray"


def test_it_answers_frames_and_stops_the_robot_when_it_is_ended(
    checkpoint: Path, robot: Path, client: Any, start: Any, stop: Any
) -> None:
    process = start(f"checkpoint:={checkpoint}", f"robot:={robot}", "watchdog_timeout_s:=60.0")
    try:
        client.wait_until_active()
        stamps = client.answered(6)
        heard = client.commands()
        # Two topics may arrive in either order; each frame is answered on both.
        assert {topic for topic, _ in heard[:3]} == {client.gripper.topic, client.pose.topic}
        targets = [cdr for topic, cdr in heard if topic == client.pose.topic]
        assert all(client.pose.decode(cdr).stamp_ns in stamps for cdr in targets)
        assert client.reset().success
        # A reset leaves no robot in motion behind: it holds the pose that was measured.
        client.spin(0.3)
        topic, cdr = client.commands()[-1]
        assert topic == client.pose.topic
        np.testing.assert_allclose(client.pose.decode(cdr).value, HOME)

        entry = client.newest(DIAGNOSTICS, DIAGNOSTICS_TYPE).status[0]
        assert entry.name == "policy_node: policy"
        assert {v.key: v.value for v in entry.values}["state"] == "active"
        read = client.newest(client.status_topic, status.TYPE)
        assert read.state == read.ACTIVE
        assert read.commands >= 2
        assert read.checkpoint == str(checkpoint)

        client.frame()
        client.spin(0.3)
        # Launch and terminal may both tell it to end: the second must not cut the stop short.
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
        code, text = stop(process)
        client.spin(0.5)
        # The last command is no answer to a frame: the arm holds the pose that was measured.
        topic, cdr = client.commands()[-1]
        assert topic == client.pose.topic
        np.testing.assert_allclose(client.pose.decode(cdr).value, HOME)
        assert (code, "Traceback" in text) == (0, False), text
        silent = len(client.commands())
        client.frame()
        client.spin(0.3)
        assert len(client.commands()) == silent
    finally:
        if process.poll() is None:
            stop(process, signal.SIGKILL)


def test_two_robots_on_one_machine_do_not_hear_each_other(
    checkpoint: Path, robot: Path, contract: Contract, start: Any, stop: Any, connect: Any
) -> None:
    arms = [connect(contract, name) for name in ("left", "right")]
    given = [f"checkpoint:={checkpoint}", f"robot:={robot}", "watchdog_timeout_s:=60.0"]
    nodes = [start(*given, namespace=name) for name in ("left", "right")]
    try:
        for arm in arms:
            arm.wait_until_active()
        left, right = arms
        assert left.pose.topic == "/left/target_pose"
        left.answered(4)
        right.spin(0.3)
        assert right.commands() == []
        right.answered(4)
        left.spin(0.2)
        heard = len(left.commands())
        right.answered(2)
        left.spin(0.2)
        assert len(left.commands()) == heard
        read = right.newest("/right/policy_node/status", status.TYPE)
        assert read.state == read.ACTIVE
    finally:
        for node in nodes:
            stop(node, signal.SIGKILL)
        for arm in arms:
            arm.node.destroy_node()


def test_a_deactivated_node_rests_the_robot_and_goes_on_when_activated(
    checkpoint: Path, robot: Path, client: Any, start: Any, stop: Any
) -> None:
    process = start(f"checkpoint:={checkpoint}", f"robot:={robot}", "watchdog_timeout_s:=60.0")
    try:
        client.wait_until_active()
        client.answered(4)
        assert client.change("deactivate")
        client.spin(0.3)
        topic, cdr = client.commands()[-1]
        assert topic == client.pose.topic
        np.testing.assert_allclose(client.pose.decode(cdr).value, HOME)
        silent = len(client.commands())
        client.frame()
        client.spin(0.3)
        assert len(client.commands()) == silent
        assert client.reset().message == "the policy node is inactive"
        read = client.newest(client.status_topic, status.TYPE)
        assert (read.state, read.problem) == (read.INACTIVE, "inactive: nothing is commanded")
        assert client.change("activate")
        client.answered(2)
        assert client.change("shutdown")
        state = client.call(client.states, client.get_state.Request()).current_state
        assert state.label == "finalized"
    finally:
        assert stop(process)[0] == 0


def test_without_autostart_nothing_is_commanded(
    checkpoint: Path, client: Any, start: Any, stop: Any
) -> None:
    process = start(f"checkpoint:={checkpoint}", "autostart:=false")
    try:
        client.spin_until(client.client.service_is_ready, 30)
        answer = client.reset()
        assert (answer.success, answer.message) == (False, "the policy node is unconfigured")
        for _ in range(5):
            client.frame()
            client.spin(0.1)
        assert client.commands() == []
    finally:
        assert stop(process)[0] == 0


def test_a_configuration_that_fails_is_told_and_can_be_tried_again(
    client: Any, start: Any, stop: Any
) -> None:
    process = start("checkpoint:=/nowhere", "autostart:=false")
    try:
        client.spin_until(client.changes.service_is_ready, 30)
        for _ in range(2):
            assert not client.change("configure")
        read = client.newest(client.status_topic, status.TYPE)
        assert read.state == read.UNCONFIGURED
        assert "/nowhere holds no checkpoint" in read.problem
    finally:
        assert stop(process)[0] == 0


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["checkpoint:=/nowhere"], "/nowhere holds no checkpoint"),
        (["robot:=franka"], "runs holds no finished run"),
        (["robot:=r2d2"], "r2d2"),
        (["watchdog_timeout_s:=0.0"], "watchdog_timeout_s must be above 0"),
    ],
)
def test_what_can_not_start_ends_with_a_sentence(
    parameters: list[str], words: str, tmp_path: Path, start: Any
) -> None:
    process = start(*parameters, cwd=tmp_path)
    _, text = process.communicate(timeout=90)
    assert process.returncode == 2
    assert words in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in text


def test_an_unforeseen_error_rests_the_robot_and_ends_finalized_with_its_reason(
    ros: None, checkpoint: Path, robot: Path
) -> None:
    from rclpy.lifecycle import TransitionCallbackReturn
    from rclpy.parameter import Parameter

    from afil_policy.nodes.policy_node import PolicyNode

    node = PolicyNode(
        parameter_overrides=[
            Parameter("checkpoint", value=str(checkpoint)),
            Parameter("robot", value=str(robot)),
        ]
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


class _Entry:
    """A diagnostic status that keeps what it is given."""

    def summary(self, level: bytes, message: str) -> None:
        self.said = (level, message)

    def add(self, key: str, value: str) -> None:
        assert key and isinstance(value, str)
