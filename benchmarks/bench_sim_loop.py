"""How much of a world's speed is left when its frames and commands are topics.

The expert drives the world in lock-step: once in one process without ROS, and once as two nodes
that are held to one core, whose frames somebody on another core counts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from afil_core.contract import load_contract
from afil_core.testing import ros_environment
from afil_sim.running import demonstration
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks import make_task

_WARM_UP = 20
_START_S = 60.0


def in_process(robot: str, task_name: str, frames: int) -> float:
    """Frames per second of a world and its expert in this process, encoded as for topics."""
    contract = load_contract(robot)
    task = make_task(contract, task_name)
    world, pilot = Episodes(task, contract, EpisodesConfig(auto_reset=True)), ExpertPilot(contract)
    with _one_core():
        try:
            return _rate(lambda: _frame(world, pilot), frames)
        finally:
            task.close()


def through_topics(robot: str, task_name: str, frames: int) -> float:
    """Frames per second of the world node and the expert node in lock-step, on one core."""
    os.environ.update(ros_environment())
    import rclpy
    from rclpy.qos import QoSProfile
    from rosidl_runtime_py.utilities import get_message

    ros2 = shutil.which("ros2", path=str(Path(sys.executable).parent)) or shutil.which("ros2")
    words = [str(ros2), "launch", "afil_sim", "world.launch.py", f"robot:={robot}"]
    words += [f"task:={task_name}", "mode:=lock_step"]
    rclpy.init(args=[])
    node = rclpy.create_node("counter")
    heard = [0]

    def count(_: bytes) -> None:
        heard[0] += 1

    node.create_subscription(
        get_message(demonstration.TYPE),
        demonstration.TOPIC,
        count,
        QoSProfile(**demonstration.QOS.profile(depth=100)),
        raw=True,
    )
    with _one_core():
        launch = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def next_frame() -> None:
        before, deadline = heard[0], time.monotonic() + _START_S
        while heard[0] == before:
            rclpy.spin_once(node, timeout_sec=0.1)
            if launch.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"error: {' '.join(words)} shows no frames; run it to see why")

    try:
        return _rate(next_frame, frames)
    finally:
        launch.send_signal(signal.SIGINT)
        launch.wait(30)
        node.destroy_node()
        rclpy.shutdown()


def _frame(world: Episodes, pilot: ExpertPilot) -> None:
    """Show one frame to the expert and obey it."""
    shown = False
    while not shown:
        for topic, cdr in world.poll(0.0):
            if topic == demonstration.TOPIC:
                shown = True
                for command_topic, command in pilot.receive(cdr):
                    world.receive(command_topic, command)


def _rate(step: Callable[[], None], frames: int) -> float:
    for _ in range(_WARM_UP):
        step()
    begin = time.perf_counter()
    for _ in range(frames):
        step()
    return frames / (time.perf_counter() - begin)


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """What runs or starts meanwhile is held to one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
