"""The policy node as a process of its own, over DDS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core import messages
from afil_core.contract import Contract, load_contract
from afil_core.testing import HOME, FrankaOnPaper, changed, ros_environment
from afil_policy.deploy import status
from afil_policy.training.config import TrainConfig

DIAGNOSTICS, DIAGNOSTICS_TYPE = "/diagnostics", "diagnostic_msgs/msg/DiagnosticArray"


@pytest.fixture(scope="module")
def patient() -> Contract:
    """The contract of an arm whose data stay fresh for as long as a busy machine may take."""
    contract = load_contract("franka")
    ages = {f"observations.{s.name}.max_age_s": 20.0 for s in contract.observations}
    return changed(contract, ages)


@pytest.fixture(scope="module")
def robot(patient: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("robot") / "patient.yaml"
    path.write_text(patient.to_yaml())
    return path


@pytest.fixture(scope="module")
def checkpoint(
    patient: Contract,
    tmp_path_factory: pytest.TempPathFactory,
    write_checkpoint: Callable[..., Path],
    small: TrainConfig,
) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("run") / "checkpoint", small, patient)


def start(*parameters: str, namespace: str = "", cwd: Path | None = None) -> subprocess.Popen[str]:
    given = [word for p in parameters for word in ("-p", p)]
    given += ["-r", f"__ns:=/{namespace}"] if namespace else []
    return subprocess.Popen(
        [sys.executable, "-m", "afil_policy.nodes.policy_node", "--ros-args", *given],
        env=os.environ | ros_environment(),
        cwd=cwd,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[int, str]:
    process.send_signal(number)
    try:
        _, text = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        _, text = process.communicate()
        pytest.fail(f"the node did not end: {text}")
    return process.returncode, text


class Client:
    """A robot on paper, over DDS: sends frames and keeps what its policy node publishes."""

    def __init__(self, contract: Contract, namespace: str = "") -> None:
        import rclpy
        from lifecycle_msgs.srv import ChangeState, GetState
        from rclpy.qos import QoSProfile
        from rosidl_runtime_py.utilities import get_message
        from std_srvs.srv import Trigger

        self._rclpy = rclpy
        self.contract = contract.within(namespace)
        self.paper = FrankaOnPaper(self.contract)
        self.pose = self.contract.commands["pose"]
        self.gripper = self.contract.commands["gripper"]
        self.heard: list[tuple[str, bytes]] = []
        self.node = rclpy.create_node("test_client", namespace=namespace or None)
        space = f"/{namespace}" if namespace else ""
        self.status_topic = f"{space}/policy_node/status"
        listened = {
            c.topic: (c.type, QoSProfile(**c.qos.profile(depth=100)))
            for c in self.contract.interface()
        }
        listened[DIAGNOSTICS] = (DIAGNOSTICS_TYPE, QoSProfile(depth=10))
        listened[self.status_topic] = (status.TYPE, QoSProfile(depth=10))
        for topic, (kind, profile) in listened.items():
            self.node.create_subscription(
                get_message(kind),
                topic,
                lambda cdr, topic=topic: self.heard.append((topic, bytes(cdr))),
                profile,
                raw=True,
            )
        self.publishers = {
            s.name: self.node.create_publisher(
                get_message(s.type), s.topic, QoSProfile(**s.qos.profile())
            )
            for s in self.contract.observations
        }
        self.trigger, self.change_state, self.get_state = Trigger, ChangeState, GetState
        self.client = self.node.create_client(Trigger, f"{space}/policy_node/reset")
        self.changes = self.node.create_client(ChangeState, f"{space}/policy_node/change_state")
        self.states = self.node.create_client(GetState, f"{space}/policy_node/get_state")

    def frame(self, pose: NDArray[np.float64] = HOME) -> int:
        stamp = int(self.node.get_clock().now().nanoseconds)
        for name, cdr in self.paper.observations(stamp, {"ee_pose": pose}).items():
            self.publishers[name].publish(cdr)
        return stamp

    def call(self, client: Any, request: Any) -> Any:
        future = client.call_async(request)
        self.spin_until(future.done, 15)
        return future.result()

    def reset(self) -> Any:
        return self.call(self.client, self.trigger.Request())

    def change(self, label: str) -> bool:
        request = self.change_state.Request()
        request.transition.label = label
        return bool(self.call(self.changes, request).success)

    def wait_until_active(self) -> None:
        self.spin_until(self.client.service_is_ready, 30)
        self.spin_until(lambda: self.reset().success, 15)

    def answered(self, count: int) -> list[int]:
        """Send frames until so many commands have come; the stamps of the frames."""
        stamps, before = [], len(self.commands())
        end = time.monotonic() + 20
        while len(self.commands()) < before + count:
            assert time.monotonic() < end, "no commands"
            stamps.append(self.frame())
            self.spin(0.1)
        return stamps

    def commands(self) -> list[tuple[str, bytes]]:
        wanted = (self.pose.topic, self.gripper.topic)
        return [heard for heard in self.heard if heard[0] in wanted]

    def newest(self, topic: str, kind: str) -> Any:
        """The next message of a topic."""
        count = sum(t == topic for t, _ in self.heard)
        self.spin_until(lambda: sum(t == topic for t, _ in self.heard) > count, 5)
        return messages.deserialize([cdr for t, cdr in self.heard if t == topic][-1], kind)

    def spin(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._rclpy.spin_once(self.node, timeout_sec=0.02)

    def spin_until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, "timed out"
            self._rclpy.spin_once(self.node, timeout_sec=0.05)


@pytest.fixture
def ros(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy

    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.fixture
def client(ros: None, contract: Contract) -> Iterator[Client]:
    made = Client(contract)
    yield made
    made.node.destroy_node()


def test_it_answers_frames_and_stops_the_robot_when_it_is_ended(
    checkpoint: Path, robot: Path, client: Client
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
    checkpoint: Path, robot: Path, ros: None, contract: Contract
) -> None:
    arms = [Client(contract, name) for name in ("left", "right")]
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
    checkpoint: Path, robot: Path, client: Client
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


def test_without_autostart_nothing_is_commanded(checkpoint: Path, client: Client) -> None:
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


def test_a_configuration_that_fails_is_told_and_can_be_tried_again(client: Client) -> None:
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
    parameters: list[str], words: str, tmp_path: Path
) -> None:
    process = start(*parameters, cwd=tmp_path)
    _, text = process.communicate(timeout=30)
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
        assert node._controller is not None
        rest = node._controller.rest

        def rest_at_the_second_time(now_ns: int) -> Any:
            sent.append("rest")
            if len(sent) == 1:
                raise ZeroDivisionError("of all things")
            return rest(now_ns)

        node._controller.rest = rest_at_the_second_time  # type: ignore[method-assign]
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
