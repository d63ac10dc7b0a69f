"""A person drives in the town as on carla-ros-bridge, and teleoperation dies or hangs."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from afil_core.contract import load_contract

CONTRACT = load_contract("carla")
CONTROL = CONTRACT.interface()[0]
EGO = "/carla/ego_vehicle"
OVERRIDE = f"{EGO}/vehicle_control_manual_override"
ENABLE = 4
FAST_M_S = 1.0
REST_S = 1.0
# A machine that runs other tests meanwhile is late by itself.
SLACK_S = 1.0
# What it makes late once is in time another time.
TRIES = 3
ACTED = "teleoperation is silent while it commands"


class Onlooker:
    """Sees how fast the car is, who overrides whom, and what is diagnosed."""

    def __init__(self, peer) -> None:
        from rclpy.qos import DurabilityPolicy, QoSProfile
        from rosidl_runtime_py.utilities import get_message

        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.speed, self.stopped_s = 0.0, 0.0
        self.override = False
        self._bool = get_message("std_msgs/msg/Bool")
        self.diagnosed: set[str] = set()
        hear = peer.node.create_subscription
        status = get_message("carla_msgs/msg/CarlaEgoVehicleStatus")
        hear(status, f"{EGO}/vehicle_status", self._on_status, 10)
        hear(self._bool, OVERRIDE, self._on_override, latched)
        words = get_message("diagnostic_msgs/msg/DiagnosticArray")
        hear(words, "/diagnostics", self._on_words, 10)
        self._override = peer.node.create_publisher(self._bool, OVERRIDE, latched)
        self._policy = peer.node.create_publisher(get_message(CONTROL.type), CONTROL.topic, 10)

    def release(self) -> None:
        """End the override that another teleoperation left."""
        self._override.publish(self._bool(data=False))

    def drive_as_a_policy(self) -> None:
        self._policy.publish(CONTROL.encode(np.array([1.0, 0.0, 0.0]), time.time_ns()))

    def _on_status(self, status) -> None:
        if status.velocity == 0.0 < self.speed:
            self.stopped_s = time.monotonic()
        self.speed = status.velocity

    def _on_override(self, message) -> None:
        self.override = message.data

    def _on_words(self, array) -> None:
        self.diagnosed |= {entry.message for entry in array.status}


def until(condition, why, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)


def is_to_be_tried(late_s) -> bool:
    """Whether it was in time not yet, and not too often."""
    return not late_s or (min(late_s) > REST_S + SLACK_S and len(late_s) < TRIES)


def process_of(launch, node: str) -> int:
    """The process of a node that a launch started."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"--ros-args")[0].split(b"\0")
            named = any(word.endswith(f"/{node}".encode()) for word in words)
            if named and os.getpgid(int(entry.name)) == launch.pid:
                return int(entry.name)
        except (ValueError, OSError):
            continue
    raise AssertionError(f"no {node} runs:\n{launch.output}")


@pytest.fixture(scope="module")
def town(processes):
    """The town, which goes on by itself as a bridge that waits for nobody."""
    world = processes.Process(
        [sys.executable, "-m", "afil_sim.nodes.world_node", "--ros-args"]
        + ["-p", "robot:=carla", "-p", "mode:=real_time", "-p", "auto_reset:=true"]
        # A car that stands at the end of its street would be a new episode's.
        + ["-p", "max_steps:=100000"]
    )
    yield world
    world.stop()


@pytest.fixture
def onlooker(peer):
    with peer("onlooker") as one:
        yield Onlooker(one)


@pytest.fixture
def driven(town, onlooker, pad, processes, tmp_path):
    """Function (further arguments) -> launch in which a person drives, who holds the throttle."""
    launches = []

    def start(*arguments):
        onlooker.release()
        launch = processes.Process(
            ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=carla", "bringup:=none"]
            + ["source:=gamepad", "keys:=none", "instruction:=drive", *arguments]
            + [f"dataset:={tmp_path / 'demos'}"]
        )
        launches.append(launch)
        launch.wait_for("watching teleop_node/heartbeat", 90)
        launch.wait_for("gamepad drives carla", 90)
        pad.hold(ENABLE, a5=-1.0)
        until(lambda: onlooker.speed > FAST_M_S, lambda: launch.output + town.output)
        return launch

    yield start
    for launch in launches:
        launch.stop()


@pytest.mark.parametrize("takeover", [False, True])
def test_a_teleoperation_that_is_killed_leaves_a_car_at_rest(driven, onlooker, takeover):
    late_s: list[float] = []
    while is_to_be_tried(late_s):
        launch = driven(f"takeover:={takeover}".lower())
        assert onlooker.override == takeover
        killed_s = time.monotonic()
        os.kill(process_of(launch, "teleop_node"), signal.SIGKILL)
        until(lambda: onlooker.speed == 0.0, lambda launch=launch: launch.output)
        late_s.append(onlooker.stopped_s - killed_s)
        done = launch.wait(60)
    assert min(late_s) <= REST_S + SLACK_S, late_s
    assert done.code != 0 and ACTED in done.output
    assert "teleoperation is silent: the robot is rested" in onlooker.diagnosed
    # The person had the car: it is nobody's now, and above all no policy's that was overridden.
    assert onlooker.override == takeover
    assert (f"{OVERRIDE} stays true" in done.output) == takeover
    for _ in range(10 if takeover else 0):
        onlooker.drive_as_a_policy()
        time.sleep(0.05)
    time.sleep(0.5)
    assert onlooker.speed == 0.0


def test_a_teleoperation_that_is_stopped_leaves_a_car_at_rest_and_goes_on_later(driven, onlooker):
    launch = driven("takeover:=true")
    number = process_of(launch, "teleop_node")
    late_s: list[float] = []
    while is_to_be_tried(late_s):
        stopped_s = time.monotonic()
        os.kill(number, signal.SIGSTOP)
        try:
            until(lambda: onlooker.speed == 0.0, lambda: launch.output)
            late_s.append(onlooker.stopped_s - stopped_s)
            launch.wait_for(ACTED, 30, count=len(late_s))
        finally:
            os.kill(number, signal.SIGCONT)
        until(lambda: onlooker.speed > FAST_M_S, lambda: launch.output)
    assert min(late_s) <= REST_S + SLACK_S, late_s


def test_a_teleoperation_that_is_ended_rests_the_car_itself(driven, onlooker):
    launch = driven()
    before = len(launch.output)
    done = launch.stop()
    until(lambda: onlooker.speed == 0.0, lambda: launch.output)
    assert ACTED not in done.output[before:]
