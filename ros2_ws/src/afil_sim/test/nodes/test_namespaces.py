"""Two worlds on one machine, each in a namespace, started by the launch file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import rclpy
from afil_interfaces.srv import ResetWorld
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core import world_protocol as protocol
from afil_core.contract import Contract, load_contract
from afil_core.testing import ros_environment

SIDES = ("left", "right")
STEPS = 4


def launch(namespace: str) -> subprocess.Popen[bytes]:
    ros2 = shutil.which("ros2", path=str(Path(sys.executable).parent)) or shutil.which("ros2")
    words = ["launch", "afil_sim", "world.launch.py", f"namespace:={namespace}"]
    words += ["mode:=lock_step", "auto_reset:=false", f"max_steps:={STEPS}", "cue:=broken"]
    words += ["command_timeout_s:=20.0"]  # A busy machine must not change what is compared.
    return subprocess.Popen([str(ros2), *words], env=os.environ | ros_environment())


class Listener:
    """All that two worlds say, by namespace and topic."""

    def __init__(self) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=int(ros_environment()["ROS_DOMAIN_ID"]))
        self.node = rclpy.create_node("listener", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.heard: dict[str, dict[str, list[bytes]]] = {side: {} for side in SIDES}
        self.contracts: dict[str, Contract] = {}
        for side in SIDES:
            contract = self.contracts[side] = load_contract("franka").within(side)
            for topic, (type_, qos) in contract.topics().items():
                self._listen(side, topic, type_, qos.profile(depth=100))
            topic, qos = f"{side}/{protocol.EPISODE_TOPIC}", protocol.EPISODE_QOS
            self._listen(side, topic, protocol.EPISODE_TYPE, qos.profile(depth=100))

    def _listen(self, side: str, topic: str, type_: str, qos: dict[str, int]) -> None:
        log = self.heard[side].setdefault(topic.removeprefix("/").removeprefix(f"{side}/"), [])
        self.node.create_subscription(
            get_message(type_),
            topic,
            lambda cdr: log.append(bytes(cdr)),
            QoSProfile(**qos),
            raw=True,
        )

    def spin_until(self, condition, timeout_s: float = 150.0) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, "timed out"
            self.executor.spin_once(timeout_sec=0.05)

    def await_world(self, side: str) -> None:
        topics = self.contracts[side].topics()
        self.spin_until(lambda: all(self.node.count_publishers(t) for t in topics))

    def reset(self, side: str, **request) -> ResetWorld.Response:
        client = self.node.create_client(ResetWorld, f"{side}/{protocol.RESET_SERVICE}")
        assert client.wait_for_service(timeout_sec=30.0)
        future = client.call_async(ResetWorld.Request(**request))
        self.spin_until(future.done)
        return future.result()

    def statuses(self, side: str) -> list[protocol.EpisodeStatus]:
        return [protocol.EpisodeStatus.decode(c) for c in self.heard[side][protocol.EPISODE_TOPIC]]

    def frames(self, side: str) -> list[bytes]:
        return self.heard[side]["camera/camera/color/image_raw"]

    def close(self) -> None:
        self.node.destroy_node()
        rclpy.try_shutdown(context=self.context)


@pytest.fixture(scope="module")
def worlds() -> Iterator[Listener]:
    """Two worlds with their experts, and who listens to both."""
    listener = Listener()
    processes = [launch(side) for side in SIDES]
    try:
        for side in SIDES:
            listener.await_world(side)
        yield listener
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.wait(timeout=30)
        listener.close()


def test_two_worlds_have_their_own_episodes_and_the_same_seed_gives_the_same_bytes(worlds):
    def done(side: str) -> bool:
        statuses = worlds.statuses(side)
        return bool(statuses) and statuses[-1].done and len(worlds.frames(side)) == STEPS + 1

    answer = worlds.reset("left", use_seed=True, seed=40)
    assert (answer.success, answer.episode, answer.seed) == (True, 0, 40)
    assert (answer.task, answer.cue) == ("lift_carrot", "broken")
    assert answer.instruction == "lift the small orange object"
    worlds.spin_until(lambda: done("left"))
    assert not any(worlds.heard["right"].values()), "nobody asked the other one"

    worlds.reset("right", use_seed=True, seed=40)
    worlds.spin_until(lambda: done("right"))
    left, right = worlds.heard["left"], worlds.heard["right"]
    worlds.spin_until(lambda: all(len(left[topic]) == len(right[topic]) for topic in left))
    assert worlds.statuses("left")[-1].timeouts == worlds.statuses("right")[-1].timeouts == 0
    for topic in left:
        assert left[topic] == right[topic], f"{topic} differs between two processes"
    assert len(set(worlds.frames("left"))) == STEPS + 1, "pictures move"


def test_time_of_a_world_stays_in_its_namespace(worlds):
    assert worlds.node.count_publishers("/clock") == 0
    remapped = ["--ros-args", "-p", "use_sim_time:=true"]
    remapped += ["-r", "{}:={}".format(*protocol.CLOCK_REMAPPING)]
    node = rclpy.create_node(
        "follower", namespace="left", context=worlds.context, cli_args=remapped
    )
    worlds.executor.add_node(node)
    try:
        worlds.spin_until(lambda: node.count_publishers("/left/clock") == 1, 10)
        episode = worlds.reset("right").episode
        ended = [(True, episode)]
        worlds.spin_until(
            lambda: [(s.done, s.episode) for s in worlds.statuses("right")[-1:]] == ended
        )
        assert node.get_clock().now().nanoseconds == 0
        episodes = worlds.reset("left").episode + 1
        last_ns = episodes * (protocol.EPISODE_GAP_NS + STEPS * worlds.contracts["left"].period_ns)
        worlds.spin_until(lambda: node.get_clock().now().nanoseconds == last_ns, 30)
    finally:
        node.destroy_node()
