"""World and expert as processes of their own, over DDS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
import pytest

from afil_core import world_protocol as protocol
from afil_core.codecs import decode, decode_pose
from afil_core.contract import load_contract
from afil_core.testing import FrankaOnPaper, ros_environment, said_by
from afil_sim.nodes import world_node
from afil_sim.running import demonstration
from afil_sim.running.demonstration import Demonstration
from afil_sim.running.pilot import ExpertPilot

CONTRACT = load_contract("franka")
IMAGE = CONTRACT.stream("front_image")
TARGET_POSE = next(c for c in CONTRACT.interface() if c.name == "pose")


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, "--ros-args", *arguments],
        env=os.environ | ros_environment(),
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=45)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode


@pytest.fixture
def client(monkeypatch):
    """A node with a log of what it hears: (topic, bytes)."""
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy
    from rclpy.qos import QoSProfile
    from rosidl_runtime_py.utilities import get_message

    rclpy.init()
    node = rclpy.create_node("test_client")
    node.heard = []
    for topic, type_, qos in (
        (IMAGE.topic, IMAGE.type, IMAGE.qos),
        (TARGET_POSE.topic, TARGET_POSE.type, TARGET_POSE.qos),
        (protocol.EPISODE_TOPIC, protocol.EPISODE_TYPE, protocol.EPISODE_QOS),
    ):
        node.create_subscription(
            get_message(type_),
            topic,
            lambda cdr, topic=topic: node.heard.append((topic, cdr)),
            QoSProfile(**qos.profile(depth=200)),
            raw=True,
        )
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


def spin_until(node, condition, timeout_s: float) -> None:
    import rclpy

    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "timed out"
        rclpy.spin_once(node, timeout_sec=0.1)


def reset(node, **request: object) -> tuple[bool, int, int, str]:
    import rclpy
    from afil_interfaces.srv import ResetWorld

    service = node.create_client(ResetWorld, protocol.RESET_SERVICE)
    assert service.wait_for_service(timeout_sec=30.0)
    future = service.call_async(ResetWorld.Request(**request))
    rclpy.spin_until_future_complete(node, future, timeout_sec=60.0)
    answer = future.result()
    return answer.success, answer.episode, answer.seed, answer.message


def statuses(node) -> list[protocol.EpisodeStatus]:
    return [
        protocol.EpisodeStatus.decode(cdr)
        for topic, cdr in node.heard
        if topic == protocol.EPISODE_TOPIC
    ]


def frames_heard(node) -> list[int]:
    return [decode(IMAGE, cdr).stamp_ns for topic, cdr in node.heard if topic == IMAGE.topic]


def another_robots_world_speaks(node) -> None:
    from rosidl_runtime_py.utilities import get_message

    world = node.create_publisher(get_message(demonstration.TYPE), demonstration.TOPIC, 10)
    spin_until(node, lambda: world.get_subscription_count() > 0, 60)
    world.publish(Demonstration(10**15, {"vehicle": np.zeros(3)}).encode())
    node.destroy_publisher(world)


def test_expert_solves_the_world_over_dds_frame_by_frame(client):
    patience = ("-p", "command_timeout_s:=20.0")  # A busy machine must not cost an answer.
    world = start(
        "afil_sim.nodes.world_node", *patience, "-p", "first_seed:=5", "-p", "cue:=intact"
    )
    expert = start("afil_sim.nodes.expert_node")
    try:
        spin_until(client, lambda: client.count_publishers(TARGET_POSE.topic) > 0, 60)
        spin_until(client, lambda: client.count_publishers(IMAGE.topic) > 0, 60)
        another_robots_world_speaks(client)
        time.sleep(0.5)
        for number in range(2):
            client.heard.clear()
            assert reset(client) == (True, number, 5 + number, "")
            spin_until(client, lambda: any(s.done for s in statuses(client)), 150)
            done = statuses(client)[-1]
            assert done.success and done.seed == 5 + number
            assert done.frames == done.steps + 1
            frames = frames_heard(client)
            assert len(frames) == done.frames
            assert {b - a for a, b in pairwise(frames)} == {CONTRACT.period_ns}
            answers = [decode_pose(c).stamp_ns for t, c in client.heard if t == TARGET_POSE.topic]
            # The answer to an episode's last frame may arrive after its end.
            answers = [stamp for stamp in answers if stamp >= frames[0]]
            assert answers[: done.steps] == frames[: done.steps]
        assert reset(client, use_seed=True, seed=40)[:3] == (True, 2, 40)
        assert reset(client)[:3] == (True, 3, 41)
        assert reset(client, use_seed=True, seed=-1)[3] == "seed -1 is negative; seeds start at 0"
    finally:
        codes = [stop(expert), stop(world)]
    assert all(code in (0, 130, -signal.SIGINT) for code in codes)


@pytest.fixture
def late_expert():
    """Function: a node of its own that commands at once and reads only some time later.

    Takes that time (s); answers the stamps of the frames that it sees, and what spins it.
    """
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.qos import QoSProfile
    from rosidl_runtime_py.utilities import get_message

    context = rclpy.Context()
    rclpy.init(context=context, domain_id=int(ros_environment()["ROS_DOMAIN_ID"]))
    node = rclpy.create_node("late_expert", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    pilot, seen = ExpertPilot(CONTRACT), []
    outputs = {
        c.topic: node.create_publisher(get_message(c.type), c.topic, QoSProfile(**c.qos.profile()))
        for c in CONTRACT.interface()
    }

    def on_demonstration(cdr: bytes) -> None:
        seen.append(Demonstration.decode(cdr).stamp_ns)
        for topic, command in pilot.receive(cdr):
            outputs[topic].publish(command)

    def read() -> None:
        timer.cancel()
        node.create_subscription(
            get_message(demonstration.TYPE),
            demonstration.TOPIC,
            on_demonstration,
            QoSProfile(**demonstration.QOS.profile()),
            raw=True,
        )

    timer = node.create_timer(1.0, read)
    timer.cancel()
    yield timer, seen, lambda: executor.spin_once(timeout_sec=0.02)
    node.destroy_node()
    rclpy.try_shutdown(context=context)


def test_first_frame_waits_for_one_who_commands_before_it_listens(client, late_expert):
    """The race that lost frame 0: the commands' topic is there, the subscription to come."""
    timer, seen, spin = late_expert
    # A frame that nobody saw costs this time; a busy machine alone must not.
    patience = ("-p", "command_timeout_s:=10.0")
    world = start("afil_sim.nodes.world_node", "-p", "max_steps:=3", *patience)
    try:
        spin_until(client, lambda: client.count_publishers(IMAGE.topic) > 0, 60)
        reset(client)
        timer.reset()
        spin_until(client, lambda: spin() or len(frames_heard(client)) == 4, 60)
        spin_until(client, lambda: any(s.done for s in statuses(client)), 20)
        frames, done = frames_heard(client), statuses(client)[-1]
        assert len(frames) == done.frames and done.timeouts == 0
        assert seen == frames[:-1]
    finally:
        stop(world)


def test_expert_offers_its_commands_once_it_hears_the_world(client):
    expert = start("afil_sim.nodes.expert_node")
    try:
        spin_until(client, lambda: "expert_node" in client.get_node_names(), 60)
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            spin_until(client, lambda: True, 1)
            assert client.count_publishers(TARGET_POSE.topic) == 0
        world = start("afil_sim.nodes.world_node")
        try:
            spin_until(client, lambda: client.count_publishers(TARGET_POSE.topic) > 0, 60)
        finally:
            stop(world)
    finally:
        stop(expert)


def test_a_world_that_was_held_up_itself_counts_no_command_as_missing(monkeypatch):
    """Its executor stands longer than it waits for a command, which has come meanwhile."""
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.qos import QoSProfile
    from rosidl_runtime_py.utilities import get_message

    rclpy.init(args=["--ros-args", "-p", "max_steps:=1", "-p", "command_timeout_s:=1.0"])
    node, person = world_node.WorldNode(), rclpy.create_node("person")
    executor, frames = SingleThreadedExecutor(), []
    for each in (node, person):
        executor.add_node(each)
    outputs = {
        c.topic: person.create_publisher(
            get_message(c.type), c.topic, QoSProfile(**c.qos.profile())
        )
        for c in CONTRACT.interface()
    }
    qos = QoSProfile(**IMAGE.qos.profile())
    person.create_subscription(get_message(IMAGE.type), IMAGE.topic, frames.append, qos, raw=True)

    def turn_until(condition):
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline
            executor.spin_once(timeout_sec=0.1)

    try:
        node._world.reset()
        turn_until(lambda: frames)
        for topic, cdr in FrankaOnPaper(CONTRACT).command(decode(IMAGE, frames[0]).stamp_ns):
            outputs[topic].publish(cdr)
        time.sleep(1.2)
        turn_until(lambda: node._world.status.state == "done")
        assert node._world.status.timeouts == 0
    finally:
        executor.shutdown()
        for each in (node, person):
            each.destroy_node()
        rclpy.try_shutdown()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-p", "robot:=video"), "robot:=video has no simulated world"),
        (("-p", "task:=fold_towel"), "there is no task 'fold_towel'"),
        (("-p", "robot:=nobody"), "nobody"),
        (("-p", "max_steps:=many"), "parameters of world_node: max_steps must be a whole number"),
    ],
)
def test_world_node_that_cannot_start_says_why_in_one_sentence(arguments, sentence, monkeypatch):
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    code, output = said_by(world_node.main, "--ros-args", *arguments)
    assert code == 2
    assert sentence in output and "Traceback" not in output
