"""The policy node as a process of its own, over DDS."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from afil_core.contract import Contract
from afil_policy.deploy import status

DIAGNOSTICS, DIAGNOSTICS_TYPE = "/diagnostics", "diagnostic_msgs/msg/DiagnosticArray"


@pytest.fixture(scope="module")
def running(checkpoint: Path, robot: Path, start: Any, stop: Any) -> Iterator[Any]:
    """Function that answers one policy node for several tests, started anew where it ended."""
    started: list[Any] = []

    def process() -> Any:
        if not started or started[-1].poll() is not None:
            given = (f"checkpoint:={checkpoint}", f"robot:={robot}", "watchdog_timeout_s:=60.0")
            started.append(start(*given))
        return started[-1]

    yield process
    for one in started:
        if one.poll() is None:
            stop(one, signal.SIGKILL)


def test_it_answers_frames_and_holds_the_measured_pose_after_a_reset(
    checkpoint: Path, running: Any, client: Any
) -> None:
    running()
    client.wait_until_active()
    stamps = client.answered(6)
    heard = client.commands()
    # Two topics may arrive in either order; each frame is answered on both.
    assert {topic for topic, _ in heard[:3]} == {client.gripper.topic, client.pose.topic}
    targets = [cdr for topic, cdr in heard if topic == client.pose.topic]
    assert all(client.pose.decode(cdr).stamp_ns in stamps for cdr in targets)
    assert client.reset().success
    # A reset leaves no robot in motion behind.
    client.until_at_rest()

    entry = client.newest(DIAGNOSTICS, DIAGNOSTICS_TYPE).status[0]
    assert entry.name == "policy_node: policy"
    assert {v.key: v.value for v in entry.values}["state"] == "active"
    read = client.newest(client.status_topic, status.TYPE)
    assert read.state == read.ACTIVE
    assert read.commands >= 2
    assert read.checkpoint == str(checkpoint)


def test_a_deactivated_node_rests_the_robot_and_goes_on_when_activated(
    running: Any, client: Any
) -> None:
    running()
    client.wait_until_active()
    client.answered(4)
    assert client.change("deactivate")
    client.until_at_rest()
    silent = len(client.commands())
    client.frame()
    client.spin(0.3)
    assert len(client.commands()) == silent
    assert client.reset().message == "the policy node is inactive"
    read = client.newest(client.status_topic, status.TYPE)
    assert (read.state, read.problem) == (read.INACTIVE, "inactive: nothing is commanded")
    assert client.change("activate")
    client.answered(2)


def test_it_stops_the_robot_when_it_is_ended(running: Any, client: Any, stop: Any) -> None:
    process = running()
    client.wait_until_active()
    client.answered(2)
    client.frame()
    client.spin(0.3)
    # Launch and terminal may both tell it to end: the second must not cut the stop short.
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    code, text = stop(process)
    # The last command is no answer to a frame: the arm holds the pose that was measured.
    client.until_at_rest()
    assert (code, "Traceback" in text) == (0, False), text
    silent = len(client.commands())
    client.frame()
    client.spin(0.3)
    assert len(client.commands()) == silent


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


def test_a_configuration_that_fails_is_told_and_can_be_tried_again(
    client: Any, start: Any, stop: Any
) -> None:
    process = start("checkpoint:=/nowhere", "autostart:=false")
    try:
        client.spin_until(client.changes.service_is_ready, 90)
        for _ in range(2):
            assert not client.change("configure")
        read = client.newest(client.status_topic, status.TYPE)
        assert read.state == read.UNCONFIGURED
        assert "/nowhere holds no checkpoint" in read.problem
    finally:
        assert stop(process)[0] == 0


def test_without_autostart_an_action_starts_and_stops_it_while_the_model_stays_loaded(
    checkpoint: Path, robot: Path, client: Any, start: Any, stop: Any
) -> None:
    from afil_interfaces.action import RunPolicy
    from rclpy.action import ActionClient

    process = start(f"checkpoint:={checkpoint}", f"robot:={robot}", "autostart:=false")
    action = ActionClient(client.node, RunPolicy, "policy_node/run")
    try:
        client.spin_until(client.client.service_is_ready, 90)
        answer = client.reset()
        assert (answer.success, answer.message) == (False, "the policy node is unconfigured")
        for _ in range(5):
            client.frame()
            client.spin(0.1)
        assert client.commands() == []
        client.spin_until(action.server_is_ready, 60)
        told: list[Any] = []
        goal = RunPolicy.Goal(duration_s=2.0)
        sent = action.send_goal_async(goal, feedback_callback=told.append)
        client.spin_until(sent.done, 60)
        ended = sent.result().get_result_async()
        deadline = time.monotonic() + 60
        while not ended.done():
            assert time.monotonic() < deadline, "no result"
            client.frame()
            client.spin(0.1)
        result = ended.result().result
        assert (result.success, result.message) == (True, "")
        assert result.commands == told[-1].feedback.commands > 3
        assert told[-1].feedback.elapsed_s >= 2.0
        read = client.newest(client.status_topic, status.TYPE)
        assert (read.state, read.checkpoint) == (read.INACTIVE, str(checkpoint))
        again = action.send_goal_async(RunPolicy.Goal(duration_s=0.0))
        client.spin_until(again.done, 30)
        refused = action.send_goal_async(RunPolicy.Goal(duration_s=1.0))
        client.spin_until(refused.done, 30)
        assert not refused.result().accepted
        canceled = again.result().cancel_goal_async()
        client.spin_until(canceled.done, 30)
        last = again.result().get_result_async()
        client.spin_until(last.done, 30)
        assert last.result().result.success
        # CANCELED of action_msgs/GoalStatus.
        assert last.result().status == 5
        assert client.change("activate")
        assert client.change("shutdown")
        state = client.call(client.states, client.get_state.Request()).current_state
        assert state.label == "finalized"
    finally:
        assert stop(process)[0] == 0


def test_in_shadow_mode_it_proposes_and_commands_nothing(
    checkpoint: Path, robot: Path, client: Any, start: Any, stop: Any
) -> None:
    from afil_interfaces.msg import ProposedAction

    proposed: list[Any] = []
    client.node.create_subscription(ProposedAction, "policy_node/proposed", proposed.append, 10)
    process = start(f"checkpoint:={checkpoint}", f"robot:={robot}", "shadow:=true")
    human = {
        name: client.node.create_publisher(
            client.kinds[name], client.contract.commands[name].topic, 1
        )
        for name in ("pose", "gripper")
    }
    try:
        client.spin_until(client.client.service_is_ready, 60)
        deadline = time.monotonic() + 90
        while len(proposed) < 15 and time.monotonic() < deadline:
            stamp = client.frame()
            for topic, cdr in client.paper.command(stamp):
                name = "pose" if topic == client.pose.topic else "gripper"
                human[name].publish(cdr)
            client.spin(0.1)
        assert len(proposed) >= 15
        assert not proposed[-1].commanded
        assert list(proposed[-1].names) == [d.name for d in client.contract.action.dimensions]
        client.spin(1.2)
    finally:
        code, text = stop(process)
    assert code == 0
    assert "of the range away from the demonstrator" in text
