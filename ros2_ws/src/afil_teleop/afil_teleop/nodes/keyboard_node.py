"""Drives an arm with the keyboard; the ROS edge of ``devices.keyboard``."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.actions import TargetIntegrator
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.commands import Command
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError, run
from afil_core.process.node_main import spin_node
from afil_core.world_protocol import EPISODE_QOS, EPISODE_TOPIC, EPISODE_TYPE, EpisodeStatus
from afil_teleop.devices.keyboard import (
    HELP,
    EpisodeKey,
    Keyboard,
    KeyboardSpeed,
)
from afil_teleop.devices.terminal import Terminal

_SERVICES = {
    EpisodeKey.START: "start",
    EpisodeKey.SAVE: "save",
    EpisodeKey.SAVE_FAILURE: "save_failure",
    EpisodeKey.DISCARD: "discard",
    EpisodeKey.QUIT: "quit",
}


class KeyboardNode(Node):
    """Publishes an absolute target pose and gripper width, integrated from key presses.

    Nothing is published before the robot's measured pose is known: the target starts there.

    Parameters: ``robot`` (contract name or file), ``linear_speed`` (m/s), ``angular_speed``
    (rad/s), ``recorder`` (name of the node whose episode services the keys call).

    Args:
        terminal: Where keys come from.

    Raises:
        AfilError: When the robot is not an arm, or takes no absolute target pose.
    """

    def __init__(self, terminal: Terminal) -> None:
        super().__init__("keyboard_node")
        self._terminal = terminal
        self._contract = load_contract(str(self.declare_parameter("robot", "franka").value))
        self._action = _arm(self._contract)
        self._pose_stream = self._action.pose_stream
        self._integrator = TargetIntegrator(self._action.limits, may_start_outside=True)
        self._keyboard = Keyboard(
            KeyboardSpeed(
                linear_m_s=float(self.declare_parameter("linear_speed", 0.1).value),
                angular_rad_s=float(self.declare_parameter("angular_speed", 0.5).value),
            )
        )
        self._publish_pose = self._publisher(self._action.pose_command)
        self._publish_gripper = self._publisher(self._action.gripper_command)
        recorder = str(self.declare_parameter("recorder", "record_node").value)
        self._recorder_clients = {
            key: self.create_client(Trigger, f"/{recorder}/{name}")
            for key, name in _SERVICES.items()
        }
        self._asked: list[tuple[EpisodeKey, rclpy.Future]] = []
        self._episode: int | None = None
        self.over = False
        self.create_subscription(
            get_message(self._pose_stream.type),
            self._pose_stream.topic,
            self._measured,
            QoSProfile(**self._pose_stream.qos.profile()),
            raw=True,
        )
        self.create_subscription(
            get_message(EPISODE_TYPE),
            EPISODE_TOPIC,
            self._world_changed,
            QoSProfile(**EPISODE_QOS.profile()),
            raw=True,
        )
        # A person's time is wall-clock time, whatever the world's clock does.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0 / self._contract.control_rate_hz, self._step, clock=steady)
        print(HELP, flush=True)

    def _publisher(self, command: Command) -> rclpy.publisher.Publisher:
        qos = QoSProfile(**command.qos.profile())
        return self.create_publisher(get_message(command.type), command.topic, qos)

    def _measured(self, cdr: bytes) -> None:
        if self._integrator.target is None:
            self._integrator.start_from(self._pose_stream.decode(bytes(cdr)).value)
            print("the arm follows the keys now", flush=True)

    def _world_changed(self, cdr: bytes) -> None:
        status = EpisodeStatus.decode(bytes(cdr))
        if status.episode != self._episode:
            # The arm stands elsewhere in a new episode; the old target would pull it back.
            self._episode = status.episode
            self._keyboard.gripper_open = True
            self._integrator.forget()

    def _step(self) -> None:
        now_s = time.monotonic()
        for key in self._terminal.read():
            if key == "h":
                print(HELP, flush=True)
            request = self._keyboard.press(key, now_s)
            if request is not None:
                self._ask(request)
        self._take_answers()
        if self._integrator.target is None:
            return
        period_s = 1.0 / self._contract.control_rate_hz
        target = self._integrator.step(self._keyboard.twist(now_s) * period_s)
        stamp_ns = self.get_clock().now().nanoseconds
        gripper = self._action.gripper_command
        width = gripper.maximum_m if self._keyboard.gripper_open else gripper.minimum_m
        # The gripper first: whoever waits for the pose has the whole command then.
        self._publish_gripper.publish(gripper.encode(np.array([width]), stamp_ns))
        self._publish_pose.publish(self._action.pose_command.encode(target, stamp_ns))

    def _ask(self, key: EpisodeKey) -> None:
        client = self._recorder_clients[key]
        if client.service_is_ready():
            self._asked.append((key, client.call_async(Trigger.Request())))
        elif key is EpisodeKey.QUIT:
            self.over = True
        else:
            print(f"no recorder offers {client.srv_name}; start record_node", flush=True)

    def _take_answers(self) -> None:
        for key, future in [a for a in self._asked if a[1].done()]:
            self._asked.remove((key, future))
            answer = future.result()
            print(answer.message, flush=True)
            if key is EpisodeKey.QUIT and answer.success:
                self.over = True


def _arm(contract: Contract) -> EndEffectorDelta:
    if not isinstance(contract.action, EndEffectorDelta):
        raise AfilError(
            f"the keyboard drives arms by target pose and gripper width, which the contract "
            f"'{contract.robot}' does not have; record with source:=external"
        )
    return contract.action


def _drive() -> int:
    with Terminal(Path("/dev/tty")) as terminal:
        return spin_node(partial(KeyboardNode, terminal), is_over=lambda node: node.over)


def main() -> int:
    """Entry point of ``ros2 run afil_teleop keyboard_node``."""
    return run(_drive)
