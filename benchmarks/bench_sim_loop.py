"""How much of a world's speed is left when its frames and commands are topics.

The expert drives the same steps of the same seed in lock-step: in one process without ROS, and
as two nodes. Both stand ready on one core and take turns of some frames: while the one runs, the
other is stopped (SIGSTOP), so that what the machine does otherwise falls on both. What the clock
says, who else had the core decides: processor time is compared, and the clock where it was ours.
A step is counted by the stamp that the world gave it; a stamp that is missing ends the run.

``python -m benchmarks.bench_sim_loop ROBOT TASK`` is the world without ROS: it drives as many
frames as each line of its input says.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.messages import peek_stamp
from afil_core.testing import ros_environment
from afil_sim.running import demonstration
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks import make_task

_WARM_UP = 20
_START_S = 90.0


@dataclass(frozen=True)
class Turn:
    """What some steps took.

    Attributes:
        frames: How many.
        wall_s: By the clock.
        cpu_s: Of all processes of the loop.
    """

    frames: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Steps for each second of processor time."""
        return self.frames / self.cpu_s

    @property
    def clock_rate(self) -> float:
        """Steps a second by the clock."""
        return self.frames / self.wall_s

    @property
    def core(self) -> float:
        """Which share of its core it had; the rest it waited, or others ran there."""
        return self.cpu_s / self.wall_s


def take_turns(robot: str, task: str, turns: int, frames: int) -> list[tuple[Turn, Turn]]:
    """Turns in process and through topics, over the same stretch of the same episodes."""
    with _one_core(), InProcess(robot, task) as bare, ThroughTopics(robot, task) as nodes:
        return [(bare.drive(frames), nodes.drive(frames)) for _ in range(turns)]


class InProcess:
    """A world and its expert in one process without ROS, messages encoded as for topics."""

    def __init__(self, robot: str, task: str) -> None:
        words = [sys.executable, "-m", "benchmarks.bench_sim_loop", robot, task]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)
        self.drive(_WARM_UP)

    def drive(self, frames: int) -> Turn:
        """Drive on for some frames."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(frames, file=self._process.stdin, flush=True)
        return Turn(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *error: object) -> None:
        with self._process:
            pass  # The end of its input is its end.


class ThroughTopics:
    """The world node and the expert node in lock-step, and who counts their frames."""

    def __init__(self, robot: str, task: str) -> None:
        os.environ.update(ros_environment())
        import rclpy
        from rclpy.qos import QoSProfile
        from rosidl_runtime_py.utilities import get_message

        self._rclpy: Any = rclpy
        ros2 = shutil.which("ros2", path=str(Path(sys.executable).parent)) or shutil.which("ros2")
        self._words = [str(ros2), "launch", "afil_sim", "world.launch.py", f"robot:={robot}"]
        # A world that was stopped for a turn has not waited for its command.
        self._words += [f"task:={task}", "mode:=lock_step", "command_timeout_s:=600.0"]
        self._period_ns = load_contract(robot).period_ns
        self._seen: list[tuple[int, float]] = []
        rclpy.init(args=[])
        self._node: Any = rclpy.create_node("counter")
        self._node.create_subscription(
            get_message(demonstration.TYPE),
            demonstration.TOPIC,
            lambda cdr: self._seen.append((peek_stamp(cdr) or 0, time.perf_counter())),
            QoSProfile(**demonstration.QOS.profile(depth=1000)),
            raw=True,
        )
        silent = subprocess.DEVNULL
        self._launch = subprocess.Popen(self._words, stdout=silent, stderr=subprocess.STDOUT)
        self._until(_WARM_UP)
        self._nodes = psutil.Process(self._launch.pid).children(recursive=True)
        self._stop()

    def drive(self, frames: int) -> Turn:
        """Drive on for some frames."""
        for node in self._nodes:
            node.resume()
        first = len(self._seen)
        self._until(first + 1)
        first = len(self._seen)
        before_s = self._cpu_s()
        self._until(first + frames)
        after_s, count = self._cpu_s(), len(self._seen) - first
        self._stop()
        self._check()
        return Turn(count, self._seen[first + count - 1][1] - self._seen[first - 1][1],
                    after_s - before_s)  # fmt: skip

    def _cpu_s(self) -> float:
        return sum(sum(node.cpu_times()[:2]) for node in self._nodes)

    def _stop(self) -> None:
        for node in self._nodes:
            node.suspend()

    def _until(self, count: int) -> None:
        deadline = time.monotonic() + _START_S
        while len(self._seen) < count:
            self._rclpy.spin_once(self._node, timeout_sec=0.1)
            if self._launch.poll() is not None or time.monotonic() > deadline:
                words = " ".join(self._words)
                raise SystemExit(f"error: {words} shows no frames; run it to see why")

    def _check(self) -> None:
        """Every frame of the world was counted, from the first one on, and once."""
        stamps = [stamp for stamp, _ in self._seen]
        steps = {b - a for a, b in pairwise(stamps)}
        # An episode's last frame has no demonstration.
        usual = {self._period_ns, self._period_ns + protocol.EPISODE_GAP_NS}
        if stamps[0] != protocol.EPISODE_GAP_NS or not steps <= usual:
            raise SystemExit(
                f"error: frames were not counted: the first at {stamps[0] / 1e9:g} s, steps of "
                f"{sorted(s / 1e9 for s in steps)} s"
            )

    def __enter__(self) -> ThroughTopics:
        return self

    def __exit__(self, *error: object) -> None:
        for node in self._nodes:
            with contextlib.suppress(psutil.NoSuchProcess):
                node.resume()
        self._launch.send_signal(signal.SIGINT)
        self._launch.wait(60)
        self._node.destroy_node()
        self._rclpy.shutdown()


def _serve(robot: str, task_name: str) -> None:
    contract = load_contract(robot)
    task = make_task(contract, task_name)
    task.reset(0)  # As the world node does, before the first episode.
    world, pilot = Episodes(task, contract, EpisodesConfig(auto_reset=True)), ExpertPilot(contract)
    for line in sys.stdin:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            _frame(world, pilot)
        turn = Turn(int(line), time.perf_counter() - wall_s, time.process_time() - cpu_s)
        print(json.dumps(asdict(turn)), flush=True)
    task.close()


def _frame(world: Episodes, pilot: ExpertPilot) -> None:
    """Show one frame to the expert and obey it."""
    shown = False
    while not shown:
        for topic, cdr in world.poll(0.0):
            if topic == demonstration.TOPIC:
                shown = True
                for command_topic, command in pilot.receive(cdr):
                    world.receive(command_topic, command)


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """What starts meanwhile is held to one core, and so is who starts it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2])
