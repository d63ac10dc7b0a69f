"""The town as processes of their own, over DDS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from afil_core import messages
from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.testing import ros_environment

CONTRACT = load_contract("carla")
IMAGE = CONTRACT.stream("front_image")
VEHICLE = "/carla/ego_vehicle"
STATUS, INFO = f"{VEHICLE}/vehicle_status", f"{VEHICLE}/vehicle_info"
TYPES = {
    IMAGE.topic: IMAGE.type,
    STATUS: "carla_msgs/msg/CarlaEgoVehicleStatus",
    protocol.EPISODE_TOPIC: protocol.EPISODE_TYPE,
    INFO: "carla_msgs/msg/CarlaEgoVehicleInfo",
}


@pytest.fixture
def client(monkeypatch):
    """A node, and how to have it hear a topic."""
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy
    from rclpy.qos import DurabilityPolicy, QoSProfile
    from rosidl_runtime_py.utilities import get_message

    rclpy.init()
    node = rclpy.create_node("test_client")
    heard = {topic: [] for topic in TYPES}

    def hear(topic, *, latched=False):
        durability = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
        qos = QoSProfile(depth=100, durability=durability)
        node.create_subscription(
            get_message(TYPES[topic]), topic, heard[topic].append, qos, raw=True
        )

    def spin_until(condition, timeout_s=150.0):
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, "timed out"
            rclpy.spin_once(node, timeout_sec=0.1)

    yield node, heard, hear, spin_until
    node.destroy_node()
    rclpy.try_shutdown()


def start(module, *arguments):
    command = [sys.executable, "-m", f"afil_sim.nodes.{module}", "--ros-args", *arguments]
    return subprocess.Popen(command, env=os.environ | ros_environment())


def test_the_town_is_driven_over_dds_and_says_what_was_applied(client):
    from afil_interfaces.srv import ResetWorld

    node, heard, hear, spin_until = client
    for topic in (IMAGE.topic, STATUS):
        hear(topic)
    hear(protocol.EPISODE_TOPIC, latched=True)
    robot = ("-p", "robot:=carla")
    patient = ("-p", "command_timeout_s:=20.0")  # A busy machine must not change what is counted.
    nodes = [
        start("world_node", *robot, *patient, "-p", "max_steps:=6", "-p", "cue:=intact"),
        start("expert_node", *robot),
    ]
    try:
        service = node.create_client(ResetWorld, protocol.RESET_SERVICE)
        spin_until(service.service_is_ready)
        spin_until(lambda: node.count_publishers(f"{VEHICLE}/vehicle_control_cmd"))
        service.call_async(ResetWorld.Request(use_seed=True, seed=4))
        spin_until(lambda: len(heard[IMAGE.topic]) == 7)
        spin_until(
            lambda: any(
                protocol.EpisodeStatus.decode(c).done for c in heard[protocol.EPISODE_TOPIC]
            )
        )
        done = protocol.EpisodeStatus.decode(heard[protocol.EPISODE_TOPIC][-1])
        assert (done.task, done.cue, done.steps, done.timeouts) == ("drive", "intact", 6, 0)
        assert 0 < done.metrics["route_completion"] < 10 and done.metrics["red_light"] == 0
        said = [messages.deserialize(c, TYPES[STATUS]) for c in heard[STATUS]]
        assert len(said) == 7
        assert said[0].control.brake == 1.0 and said[-1].control.throttle > 0.3
        image = messages.deserialize(heard[IMAGE.topic][-1], IMAGE.type)
        assert (image.encoding, image.width, image.height) == ("bgra8", 320, 180)
        assert image.header.stamp == said[-1].header.stamp
        # Who comes late hears what is latched.
        hear(INFO, latched=True)
        spin_until(lambda: heard[INFO])
    finally:
        for process in nodes:
            process.send_signal(signal.SIGINT)
        codes = [process.wait(timeout=60) for process in nodes]
    assert all(code in (0, 130, -signal.SIGINT) for code in codes)
