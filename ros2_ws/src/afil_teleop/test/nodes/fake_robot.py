"""A program for tests: a robot and its teleoperation on paper, with the faults of real drivers.

``python fake_robot.py [--contract FILE] [--ros-args ...]``. A driver that is set up wrongly is a
robot with another contract; what a contract can't say is an option.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core.contract import load_contract
from afil_core.process.node_main import run_node
from afil_core.testing import HOME, FrankaOnPaper


class FakeRobot(Node):
    """Publishes what a Franka's drivers and a teleoperation send."""

    def __init__(self, given: argparse.Namespace, **options: Any) -> None:
        super().__init__("fake_robot", **options)
        self._given = given
        contract = load_contract(given.contract).within(self.get_namespace())
        self._robot = FrankaOnPaper(contract)
        self._silent_after = {name: float(s) for name, s in given.silent_after}
        self._silent_between = {name: (float(a), float(b)) for name, a, b in given.silent_between}
        self._log = given.log.open("w") if given.log else None
        self._offsets_ns = {name: round(float(s) * 1e9) for name, s in given.stamp_offset}
        self._names = {s.topic: s.name for s in contract.observations}
        if not given.undriven:
            self._names |= {c.topic: c.name for c in contract.require_action().demonstrated}
        self._offered = {
            topic: self.create_publisher(get_message(kind), topic, QoSProfile(**qos.profile()))
            for topic, (kind, qos) in contract.topics().items()
            if topic in self._names
        }
        self.steps = 0
        self._start_s = time.monotonic()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0 / contract.control_rate_hz, self._step, clock=steady)

    def fall_silent(self, name: str) -> None:
        """Send nothing more of one of the contract's names."""
        self._silent_after[name] = 0.0

    def step_clock(self, seconds: float) -> None:
        """Stamp by a clock that is off by so much."""
        self._given.clock_step, self._given.step_after = seconds, 0.0

    def _step(self) -> None:
        passed_s = time.monotonic() - self._start_s
        now_ns = time.time_ns()
        if passed_s > self._given.step_after:
            now_ns += round(self._given.clock_step * 1e9)
        # An arm that nobody commands stands still: a person's first step is from where it is.
        moved = 0.0 if self._given.undriven else 0.002 * (self.steps % 20)
        away = np.array([moved, 0, 0, 0, 0, 0, 0])
        anchor = self._robot.contract.stream(self._robot.contract.anchor)
        frozen = self._given.freeze or passed_s > self._given.freeze_after
        shade = 0 if frozen else self.steps % 200
        values = {"ee_pose": HOME + away, anchor.name: np.full(anchor.shape, shade, np.uint8)}
        for name, topic in self._sent().items():
            stamp_ns = 0 if name in self._given.zero_stamp else now_ns
            stamp_ns += self._offsets_ns.get(name, 0)
            sent = [*self._robot.by_topic(stamp_ns, values)]
            sent += self._robot.command(stamp_ns, HOME + away)
            if self._log is not None:
                print(topic, stamp_ns, time.time_ns(), file=self._log, flush=True)
            self._offered[topic].publish(dict(sent)[topic])
        self.steps += 1

    def _sent(self) -> dict[str, str]:
        passed_s = time.monotonic() - self._start_s
        return {
            name: topic
            for topic, name in self._names.items()
            if name not in self._given.without
            and passed_s < self._silent_after.get(name, float("inf"))
            and not self._is_silent(name, passed_s)
        }

    def _is_silent(self, name: str, passed_s: float) -> bool:
        start, end = self._silent_between.get(name, (0.0, 0.0))
        return start < passed_s < end


def given(arguments: list[str]) -> argparse.Namespace:
    """The options of a command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contract", default="franka")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--zero-stamp", action="append", default=[])
    parser.add_argument("--stamp-offset", nargs=2, action="append", default=[])
    parser.add_argument("--silent-after", nargs=2, action="append", default=[])
    parser.add_argument("--clock-step", type=float, default=0.0)
    parser.add_argument("--step-after", type=float, default=3.0)
    parser.add_argument("--freeze", action="store_true")
    parser.add_argument("--undriven", action="store_true", help="nobody commands it")
    parser.add_argument("--freeze-after", type=float, default=float("inf"))
    parser.add_argument("--silent-between", nargs=3, action="append", default=[])
    parser.add_argument("--log", type=Path, help="topic, stamp and time of all that is sent")
    return parser.parse_args(rclpy.utilities.remove_ros_args(arguments)[1:])


def main() -> int:
    options = given(sys.argv)
    return run_node(lambda: FakeRobot(options))


if __name__ == "__main__":
    sys.exit(main())
