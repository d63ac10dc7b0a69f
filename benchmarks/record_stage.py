"""A recorder as a process, a robot with faults, and a person who notes what is said and when."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from std_srvs.srv import Trigger

from afil_core.bags import read_bag
from afil_core.messages import peek_stamp

ROBOT = Path(__file__).resolve().parents[1] / "ros2_ws/src/afil_teleop/test/nodes/fake_robot.py"
_RECORD = "from afil_teleop.nodes.record_node import main; raise SystemExit(main())"
_LINE = re.compile(r"\[(\w+)\] \[(\d+\.\d+)\] \[\w+\]: (.*)")
_PATIENCE_S = 40.0


class Program:
    """A process and what it prints."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)

    @property
    def lines(self) -> list[tuple[str, float, str]]:
        """Level, time and text of what a node logged."""
        found = _LINE.findall(self.log.read_text(errors="replace"))
        return [(level, float(at), text) for level, at, text in found]

    def says(
        self, *words: str, within_s: float = _PATIENCE_S, after_s: float = 0.0
    ) -> tuple[float, str]:
        """Wait for a line with all the words; when it was said (NaN: never), and the line."""
        deadline = time.monotonic() + within_s
        over = False
        while True:
            for _, at, text in self.lines:
                if at >= after_s and all(word in text for word in words):
                    return at, text
            if over:
                return float("nan"), ""
            # What it said last is still to be read.
            over = time.monotonic() > deadline or self._process.poll() is not None
            time.sleep(0.05)

    def kill(self) -> float:
        """End it by SIGKILL; when that was."""
        at = time.time()
        self._process.kill()
        self._process.wait(10)
        return at

    def stop(self, seconds: float) -> None:
        """Let it not run for a while."""
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """End it by SIGTERM."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
        self._process.kill()
        self._process.wait(10)


class Stage:
    """Starts robots and recorders, and asks recorders.

    Args:
        folder: Where logs and datasets go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._programs: list[Program] = []
        rclpy.init()
        self._node = rclpy.create_node("person")
        self._turns = SingleThreadedExecutor()
        self._turns.add_node(self._node)

    def robot(self, *options: str) -> tuple[Program, Path]:
        """A robot; the program and the log of what it sends."""
        log = self._next("sent")
        command = [sys.executable, str(ROBOT), "--log", str(log), *options]
        return self._start(command), log

    def recorder(self, dataset: Path, *options: str, name: str = "record_node") -> Program:
        """A recorder that is ready to be asked."""
        given = ["-r", f"__node:={name}", "-p", f"dataset:={dataset}", "-p",
                 "instruction:=lift the orange carrot", *options]  # fmt: skip
        program = self._start([sys.executable, "-c", _RECORD, "--ros-args", *given])
        program.says("recording to")
        return program

    def ask(self, command: str, name: str = "record_node") -> Any:
        """The answer of a recorder's service."""
        client: Any = self._node.create_client(Trigger, f"/{name}/{command}")
        try:
            if not client.wait_for_service(_PATIENCE_S):
                raise SystemExit(f"error: /{name}/{command} is not there")
            future = client.call_async(Trigger.Request())
            self._turns.spin_until_future_complete(future, _PATIENCE_S)
            if future.result() is None:
                raise SystemExit(f"error: /{name}/{command} did not answer")
            return future.result()
        finally:
            self._node.destroy_client(client)

    def start(self, *words: str, name: str = "record_node", within_s: float = _PATIENCE_S) -> str:
        """Ask to start until it does, or is refused with the words; the last answer."""
        deadline = time.monotonic() + within_s
        while True:
            answer = self.ask("start", name)
            done = all(w in answer.message for w in words) if words else answer.success
            if done or time.monotonic() > deadline:
                return str(answer.message)
            if answer.success:
                self.ask("discard", name)
            time.sleep(0.3)

    def clear(self) -> None:
        """End all programs."""
        for program in self._programs:
            program.end()
        self._programs.clear()

    def close(self) -> None:
        """End everything."""
        self.clear()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def _start(self, command: list[str]) -> Program:
        program = Program(command, self._next("log"))
        self._programs.append(program)
        return program

    def _next(self, suffix: str) -> Path:
        self._count += 1
        return self.folder / f"{self._count}.{suffix}"


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A stage that is cleared at the end."""
    made = Stage(folder)
    try:
        yield made
    finally:
        made.close()


def kept(bag: Path) -> dict[str, set[int]]:
    """Stamps of the messages in a bag, by topic; of types without a header there are none."""
    found: dict[str, set[int]] = {}
    for topic, _, cdr in read_bag(bag):
        stamp_ns = peek_stamp(cdr)
        if "gripper_position" not in topic and stamp_ns is not None:
            found.setdefault(topic, set()).add(stamp_ns)
    return found


def missing(bag: Path, sent: Path, until_s: float) -> tuple[int, int, float]:
    """Compare a bag with what was sent, message by message.

    Args:
        bag: The bag.
        sent: A robot's log.
        until_s: When the recording ended, as wall-clock time.

    Returns:
        Messages kept, messages lost, and the age of the oldest lost one at the end, s: between
        the first one that is kept and the end nothing older may be lost.
    """
    there = kept(bag)
    first = {topic: min(stamps) for topic, stamps in there.items()}
    lost, oldest = 0, 0.0
    for line in sent.read_text().splitlines():
        topic, stamp, at = line.split()
        if topic not in there or int(stamp) < first[topic] or int(at) / 1e9 > until_s:
            continue
        if int(stamp) not in there[topic]:
            lost += 1
            oldest = max(oldest, until_s - int(at) / 1e9)
    return sum(map(len, there.values())), lost, oldest
