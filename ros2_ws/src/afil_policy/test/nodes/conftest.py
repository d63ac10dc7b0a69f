"""A policy node in a process of its own, and a robot on paper that it talks to."""

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


def start_node(
    *parameters: str, namespace: str = "", cwd: Path | None = None, node: str = "policy_node"
) -> subprocess.Popen[str]:
    # The robot on paper has a camera without noise, and nothing that a guard listens to.
    plain = ("pacing:=frame", "guards:=none", "frozen_image_s:=0.0")
    given = [word for p in (*plain * (node == "policy_node"), *parameters) for word in ("-p", p)]
    given += ["-r", f"__ns:=/{namespace}"] if namespace else []
    return subprocess.Popen(
        [sys.executable, "-m", f"afil_policy.nodes.{node}", "--ros-args", *given],
        env=os.environ | ros_environment(),
        cwd=cwd,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop_node(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[int, str]:
    process.send_signal(number)
    try:
        _, text = process.communicate(timeout=60)
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
        self.kinds = {n: get_message(c.type) for n, c in self.contract.commands.items()
                      if "/msg/" in c.type}  # fmt: skip
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
        self.spin_until(future.done, 45)
        return future.result()

    def reset(self) -> Any:
        return self.call(self.client, self.trigger.Request())

    def change(self, label: str) -> bool:
        request = self.change_state.Request()
        request.transition.label = label
        return bool(self.call(self.changes, request).success)

    def wait_until_active(self) -> None:
        self.spin_until(self.client.service_is_ready, 90)
        self.spin_until(lambda: self.reset().success, 45)

    def answered(self, count: int) -> list[int]:
        """Send frames until so many commands have come; the stamps of the frames."""
        stamps, before = [], len(self.commands())
        end = time.monotonic() + 60
        while len(self.commands()) < before + count:
            assert time.monotonic() < end, "no commands"
            stamps.append(self.frame())
            self.spin(0.1)
        return stamps

    def commands(self) -> list[tuple[str, bytes]]:
        wanted = (self.pose.topic, self.gripper.topic)
        return [heard for heard in self.heard if heard[0] in wanted]

    def until_at_rest(self, pose: NDArray[np.float64] = HOME) -> None:
        """Wait until the last command is to hold a pose, and a moment more."""

        def at_rest() -> bool:
            topic, cdr = self.commands()[-1]
            return topic == self.pose.topic and np.allclose(self.pose.decode(cdr).value, pose)

        self.spin_until(at_rest, 20)
        self.spin(0.3)
        assert at_rest()

    def newest(self, topic: str, kind: str) -> Any:
        """The next message of a topic."""
        count = sum(t == topic for t, _ in self.heard)
        self.spin_until(lambda: sum(t == topic for t, _ in self.heard) > count, 20)
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


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Function that starts a policy node."""
    return start_node


@pytest.fixture(scope="session")
def stop() -> Callable[..., tuple[int, str]]:
    """Function that ends a policy node; its exit code and what it said."""
    return stop_node


@pytest.fixture
def connect(ros: None) -> type[Client]:
    """The robot on paper, for a contract and a namespace."""
    return Client
