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
import yaml

from afil_core import messages
from afil_core.codecs import decode_pose, encode_image, encode_joint_state, encode_pose
from afil_core.contract import Contract, load_contract, parse_contract
from afil_core.testing import READY_JOINTS
from afil_policy.deploy import diagnostics, status
from afil_policy.training.config import TrainConfig

# A domain of this run alone, so that tests that run at the same time do not hear each other.
DOMAIN = str(1 + os.getpid() % 100)
STATUS = "/policy_node/status"
CAMERA = "camera_color_optical_frame"
HOME = np.array([0.5, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])
GRIPPER, POSE = "/gripper_position_controller/commands", "/target_pose"


@pytest.fixture(scope="module")
def patient() -> Contract:
    """The contract of an arm whose data stay fresh for as long as a busy machine may take."""
    data = load_contract("franka").to_dict()
    for stream in data["observations"].values():
        stream["max_age_s"] = 20.0
    return parse_contract(yaml.safe_dump(data), "patient.yaml")


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


def start(*parameters: str) -> subprocess.Popen[str]:
    given = [word for p in parameters for word in ("-p", p)]
    return subprocess.Popen(
        [sys.executable, "-m", "afil_policy.nodes.policy_node", "--ros-args", *given],
        env=os.environ | {"ROS_DOMAIN_ID": DOMAIN, "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"},
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
    """A robot on paper, over DDS: sends frames and keeps what the node publishes."""

    def __init__(self, contract: Contract) -> None:
        import rclpy
        from rclpy.qos import QoSProfile
        from rosidl_runtime_py.utilities import get_message
        from std_srvs.srv import Trigger

        self._rclpy, self._trigger = rclpy, Trigger
        self.contract = contract
        self.heard: list[tuple[str, bytes]] = []
        self.node = rclpy.create_node("test_client")
        qos = {c.topic: (c.type, c.qos) for c in contract.interface()}
        listened = {k: (t, QoSProfile(**q.profile(depth=100))) for k, (t, q) in qos.items()}
        listened[diagnostics.TOPIC] = (diagnostics.TYPE, 10)
        listened[STATUS] = (status.TYPE, 10)
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
            for s in contract.observations
        }
        self.client = self.node.create_client(Trigger, "/policy_node/reset")

    def frame(self, pose: np.ndarray = HOME) -> int:
        stamp = int(self.node.get_clock().now().nanoseconds)
        joints = self.contract.stream("joint_positions").joints
        fingers = self.contract.stream("gripper_width").joints
        sent = {
            "ee_pose": encode_pose(pose, stamp, "fr3_link0"),
            "joint_positions": encode_joint_state(joints, READY_JOINTS, stamp),
            "gripper_width": encode_joint_state(fingers, np.array([0.04, 0.04]), stamp),
            "front_image": encode_image(np.zeros((240, 320, 3), np.uint8), stamp, CAMERA),
        }
        for name, cdr in sent.items():
            self.publishers[name].publish(cdr)
        return stamp

    def reset(self) -> Any:
        future = self.client.call_async(self._trigger.Request())
        self.spin_until(future.done, 15)
        return future.result()

    def commands(self) -> list[tuple[str, bytes]]:
        return [h for h in self.heard if h[0] not in (diagnostics.TOPIC, STATUS)]

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
def client(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("ROS_DOMAIN_ID", DOMAIN)
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    import rclpy

    rclpy.init()
    made = Client(contract)
    yield made
    made.node.destroy_node()
    rclpy.try_shutdown()


def test_it_answers_frames_and_stops_the_robot_when_it_is_ended(
    checkpoint: Path, robot: Path, client: Client
) -> None:
    process = start(f"checkpoint:={checkpoint}", f"robot:={robot}", "watchdog_timeout_s:=60.0")
    try:
        client.spin_until(client.client.service_is_ready, 30)
        client.spin_until(lambda: client.reset().success, 15)
        stamps = []
        end = time.monotonic() + 20
        while len(client.commands()) < 6:
            assert time.monotonic() < end, "no commands"
            stamps.append(client.frame())
            client.spin(0.1)
        heard = client.commands()
        # Two topics may arrive in either order; each frame is answered on both.
        assert {topic for topic, _ in heard[:3]} == {GRIPPER, POSE}
        assert all(decode_pose(cdr).stamp_ns in stamps for topic, cdr in heard if topic == POSE)
        assert client.reset().success
        # A reset leaves no robot in motion behind: it holds the pose that was measured.
        client.spin(0.3)
        topic, cdr = client.commands()[-1]
        assert topic == POSE
        np.testing.assert_allclose(decode_pose(cdr).value, HOME)

        client.spin_until(lambda: {diagnostics.TOPIC, STATUS} <= dict(client.heard).keys(), 5)
        cdr = next(cdr for topic, cdr in reversed(client.heard) if topic == diagnostics.TOPIC)
        entry = messages.deserialize(cdr, diagnostics.TYPE).status[0]
        assert {v.key: v.value for v in entry.values}["state"] == "active"
        cdr = next(cdr for topic, cdr in reversed(client.heard) if topic == STATUS)
        read = messages.deserialize(cdr, status.TYPE)
        assert read.state == read.ACTIVE and read.commands >= 2

        client.frame()
        client.spin(0.3)
        # Launch and terminal may both tell it to end: the second must not cut the stop short.
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
        code, text = stop(process)
        client.spin(0.5)
        # The last command is no answer to a frame: the arm holds the pose that was measured.
        topic, cdr = client.commands()[-1]
        assert topic == POSE
        np.testing.assert_allclose(decode_pose(cdr).value, HOME)
        assert (code, "Traceback" in text) == (0, False), text
        silent = len(client.commands())
        client.frame()
        client.spin(0.3)
        assert len(client.commands()) == silent
    finally:
        if process.poll() is None:
            stop(process, signal.SIGKILL)


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


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["checkpoint:=/nowhere"], "/nowhere holds no checkpoint"),
        (["robot:=franka"], "parameter 'checkpoint' is empty"),
        (["robot:=r2d2"], "r2d2"),
    ],
)
def test_what_can_not_start_ends_with_a_sentence(parameters: list[str], words: str) -> None:
    process = start(*parameters)
    _, text = process.communicate(timeout=30)
    assert process.returncode == 2
    assert words in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in text
