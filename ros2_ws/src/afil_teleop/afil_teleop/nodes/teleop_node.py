"""A person drives a robot with a device; the ROS edge of ``devices`` and ``driving``."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import rcl_interfaces.msg
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.world_protocol import EPISODE_QOS, EPISODE_TOPIC, EPISODE_TYPE, EpisodeStatus
from afil_teleop.devices import EpisodeKey
from afil_teleop.devices.parameters import TeleopParameters
from afil_teleop.driving import Sent, make_drive


class TeleopNode(Node):
    """Publishes what a device asks for, within the contract's limits, at the control rate.

    Nothing is published before what the robot's motion starts from is measured. Parameters:
    :class:`~afil_teleop.devices.parameters.TeleopParameters`.

    Raises:
        AfilError: When a parameter does not fit, or the device can't drive the robot.
    """

    def __init__(self) -> None:
        super().__init__("teleop_node")
        given = declare(TeleopParameters, self, rcl_interfaces.msg)
        contract = load_contract(given.robot).within(self.get_namespace())
        self._device = given.make_device(contract)
        self._drive = make_drive(contract)
        self._period_s = 1.0 / contract.control_rate_hz
        self._follows = False
        self._episode: int | None = None
        self._asked: list[tuple[EpisodeKey, Any]] = []
        self.over = False
        for stream in self._drive.streams:
            self._listen(stream.topic, stream.type, stream.qos, partial(self._measured, stream))
        for source in self._device.sources:
            heard = partial(self._heard, source.topic)
            self._listen(source.topic, source.type, source.qos, heard)
        self._listen(EPISODE_TOPIC, EPISODE_TYPE, EPISODE_QOS, self._world_changed)
        self._recorder_clients = {
            key: self.create_client(Trigger, f"{given.recorder}/{key.value}") for key in EpisodeKey
        }
        self._outputs = {
            command.topic: self.create_publisher(
                get_message(command.type), command.topic, QoSProfile(**command.qos.profile())
            )
            for command in self._drive.commands
        }
        # A person's time is wall-clock time, whatever the world's clock does.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self._period_s, self._step, clock=steady)
        self._device.open()
        self.get_logger().info(f"{given.device} drives {contract.robot}\n{self._device.help}")

    def destroy_node(self) -> None:
        """Give the device back, then the node."""
        self._device.close()
        super().destroy_node()

    def _listen(self, topic: str, msgtype: str, qos: Any, callback: Any) -> None:
        profile = QoSProfile(**qos.profile())
        self.create_subscription(get_message(msgtype), topic, callback, profile, raw=True)

    def _measured(self, stream: Observation, cdr: bytes) -> None:
        if self._drive.is_ready:
            return
        try:
            self._drive.measured(stream.name, stream.decode(bytes(cdr)).value)
        except AfilError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=1.0)

    def _heard(self, topic: str, cdr: bytes) -> None:
        try:
            self._device.receive(topic, bytes(cdr), time.monotonic())
        except AfilError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=1.0)

    def _world_changed(self, cdr: bytes) -> None:
        status = EpisodeStatus.decode(bytes(cdr))
        if status.episode != self._episode:
            # The robot stands elsewhere in a new episode; an old target would pull it back.
            self._episode = status.episode
            self._device.reset()
            self._drive.forget()

    def _step(self) -> None:
        now_s = time.monotonic()
        self._device.poll(now_s)
        for line in self._device.take_lines():
            self.get_logger().info(f"\n{line}")
        for key in self._device.take_keys():
            self._ask(key)
        self._take_answers()
        if not self._drive.is_ready:
            return
        if not self._follows:
            self._follows = True
            self.get_logger().info("the robot follows the device now")
        for sent in self._commands(now_s):
            self._outputs[sent.command.topic].publish(sent.cdr)

    def _commands(self, now_s: float) -> list[Sent]:
        stamp_ns = self.get_clock().now().nanoseconds
        action = self._device.act(now_s, self._period_s)
        if action is not None:
            try:
                return self._drive.move(action, stamp_ns)
            except AfilError as error:
                self.get_logger().warning(str(error), throttle_duration_sec=1.0)
        return self._drive.rest(stamp_ns)

    def _ask(self, key: EpisodeKey) -> None:
        client = self._recorder_clients[key]
        if client.service_is_ready():
            self._asked.append((key, client.call_async(Trigger.Request())))
        elif key is EpisodeKey.QUIT:
            self.over = True
        else:
            self.get_logger().warning(f"no recorder offers {client.srv_name}; start record_node")

    def _take_answers(self) -> None:
        for key, future in [a for a in self._asked if a[1].done()]:
            self._asked.remove((key, future))
            answer = future.result()
            # The recorder says it, too, where its lines are seen.
            self.get_logger().info(answer.message)
            if key is EpisodeKey.QUIT and answer.success:
                self.over = True


def main() -> int:
    """Entry point of ``ros2 run afil_teleop teleop_node``."""
    return run_node(TeleopNode, is_over=lambda node: node.over)
