"""A person drives a robot with a device; the ROS edge of ``devices`` and ``driving``."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import rcl_interfaces.msg
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.process.interfaces import get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.process.watching import Pulse
from afil_core.topics import Qos
from afil_core.world_protocol import (
    EPISODE_QOS,
    EPISODE_TOPIC,
    EPISODE_TYPE,
    POLICY_RESET_SERVICE,
    EpisodeStatus,
)
from afil_teleop.devices import Device, EpisodeKey
from afil_teleop.devices.cues import Announcer
from afil_teleop.devices.parameters import TeleopParameters
from afil_teleop.driving import Drive, Measured, Published, Scene, Sent, Takeover, make_drive
from afil_teleop.recording.status import RESETTING, STATUS_TYPE

_LAST_WORD_S = 0.5


class TeleopNode(Node):
    """Publishes what a device asks for, within the contract's limits, at the control rate.

    Nothing is published before what the robot's motion starts from is measured, and with
    ``takeover`` nothing of the person's before they took over. Parameters:
    :class:`~afil_teleop.devices.parameters.TeleopParameters`.

    Raises:
        AfilError: When a parameter does not fit, or the device can't drive the robot.
    """

    def __init__(self) -> None:
        super().__init__("teleop_node")
        given = declare(TeleopParameters, self, rcl_interfaces.msg)
        contract = load_contract(given.robot).within(self.get_namespace())
        self._device = given.make_device(contract)
        self._devices: list[Device] = [self._device, *given.make_keys(contract)]
        self._drive: Drive | None = make_drive(contract) if self._device.moves else None
        self._takeover: Takeover | None = None
        if given.takeover:
            self._takeover = Takeover(contract, given.device, given.command_interface)
            self._policy_reset = self.create_client(Trigger, POLICY_RESET_SERVICE)
        self._period_s = 1.0 / contract.control_rate_hz
        self._follows = self._hands_back = False
        self._scene = Scene()
        self._asked: list[tuple[EpisodeKey, Any]] = []
        self._announcer = Announcer(given.sound, self._devices)
        self.over = False
        self._recorder_clients = {
            key: self.create_client(Trigger, f"{given.recorder}/{key.value}")
            for key in EpisodeKey
            if key is not EpisodeKey.TAKE_OVER
        }
        self._outputs: dict[str, Any] = {}
        self._measured = Measured(self._warn)
        self._open_topics(given.recorder)
        # A person's time is wall-clock time, whatever the world's clock does.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self._period_s, self._step, clock=steady)
        self._pulse = Pulse(self, self._moves_robot)
        for device in self._devices:
            device.open()
        helps = "\n".join(device.help for device in self._devices)
        self.get_logger().info(f"{given.device} drives {contract.robot}\n{helps}")

    def finish(self) -> None:
        """Bring the robot to rest at the end: a simulator applies the last control for ever."""
        if self._drive is None:
            return
        if self._drive.is_ready:
            self._publish_driving(self._drive.rest(self.get_clock().now().nanoseconds))
        # A process that ends at once could take its last message with it; the watchdog acts then.
        self._pulse.end(self._outputs.values(), _LAST_WORD_S)

    def destroy_node(self) -> None:
        """Give the devices back, then the node."""
        for device in self._devices:
            device.close()
        self._announcer.stop()
        super().destroy_node()

    def _open_topics(self, recorder: str) -> None:
        for stream in self._drive.streams if self._drive is not None else ():
            take = partial(self._measured.add, stream)
            self._listen(stream.topic, stream.type, stream.qos, take)
        for device in self._devices:
            for source in device.sources:
                heard = partial(self._heard, device, source.topic)
                self._listen(source.topic, source.type, source.qos, heard)
        self._listen(EPISODE_TOPIC, EPISODE_TYPE, EPISODE_QOS, self._world_changed)
        self._listen(f"{recorder}/status", STATUS_TYPE, Qos(), self._status)
        takeover = self._takeover
        for command in self._drive.commands if self._drive is not None else ():
            place = takeover.place(command) if takeover is not None else command.topic
            self._offer(place, command.type, command.qos)
        if takeover is None:
            return
        for topic, command in takeover.inputs.items():
            self._offer(command.topic, command.type, command.qos)
            self._listen(topic, command.type, command.qos, partial(self._policy_said, topic))
        for topic, (kind, qos) in takeover.announced.items():
            self._offer(topic, kind, qos)
        self._publish(takeover.announcement())

    def _listen(self, topic: str, msgtype: str, qos: Qos, callback: Any) -> None:
        profile = QoSProfile(**qos.profile())
        self.create_subscription(get_message(msgtype), topic, callback, profile, raw=True)

    def _offer(self, topic: str, msgtype: str, qos: Qos) -> None:
        if topic not in self._outputs:
            profile = QoSProfile(**qos.profile())
            self._outputs[topic] = self.create_publisher(get_message(msgtype), topic, profile)

    def _publish(self, sent: list[Published]) -> None:
        for topic, cdr in sent:
            self._outputs[topic].publish(cdr)

    def _warn(self, text: str) -> None:
        self.get_logger().warning(text, throttle_duration_sec=1.0)

    def _forget(self, drive: Drive) -> None:
        """Begin from what is measured after this."""
        self._measured.forget()
        drive.forget()

    def _heard(self, device: Device, topic: str, cdr: bytes) -> None:
        try:
            device.receive(topic, bytes(cdr), time.monotonic())
        except AfilError as error:
            self._warn(str(error))

    def _world_changed(self, cdr: bytes) -> None:
        if self._scene.is_another(EpisodeStatus.decode(bytes(cdr)).episode):
            self._device.reset()
            self._stands_elsewhere()

    def _stands_elsewhere(self) -> None:
        if self._drive is not None:
            self._forget(self._drive)
        if (takeover := self._takeover) and (word := takeover.new_scene()):
            self._publish(word)
            if self._policy_reset.service_is_ready():
                self._hand_back(takeover)

    def _status(self, cdr: bytes) -> None:
        try:
            status = messages.deserialize(bytes(cdr), STATUS_TYPE)
        except AfilError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=10.0)
            return
        self._announcer.take(status)
        resets = status.phase == RESETTING
        if self._scene.turns(is_resetting=resets, now_s=time.monotonic()):
            self._stands_elsewhere()

    def _policy_said(self, topic: str, cdr: bytes) -> None:
        is_held_back = self._hands_back or self._scene.is_resetting(time.monotonic())
        if self._takeover is not None and not is_held_back:
            recent = self._measured.recent()
            self._publish(self._takeover.forward(topic, bytes(cdr), recent))

    def _step(self) -> None:
        now_s = time.monotonic()
        for device in self._devices:
            device.poll(now_s)
            for text in device.take_lines():
                self.get_logger().info(f"\n{text}")
            for key in device.take_keys():
                self._ask(key)
        self._take_answers()
        if self._drive is None:
            return
        self._publish_driving(self._commands(self._drive, now_s))

    def _moves_robot(self) -> bool:
        if self._drive is None or self._scene.is_resetting(time.monotonic()):
            return False
        return self._takeover is None or self._takeover.moves_robot

    def _publish_driving(self, sent: list[Sent]) -> None:
        everybody = [Published(one.command.topic, one.cdr) for one in sent]
        self._publish(everybody if self._takeover is None else self._takeover.person(sent))

    def _commands(self, drive: Drive, now_s: float) -> list[Sent]:
        action = self._device.act(now_s, self._period_s)
        stamp_ns = self.get_clock().now().nanoseconds
        if self._scene.is_resetting(now_s):
            # An arm has no target until it is over; a car brakes.
            return drive.rest(stamp_ns)
        if self._takeover is not None and not self._takeover.is_human:
            if action is None:
                return []
            # Whoever touches the device has the robot, at once.
            self._take_over()
        self._measured.give(drive)
        if not drive.is_ready:
            return []
        if not self._follows:
            self._follows = True
            self.get_logger().info("the robot follows the device now")
        drive.reverse = self._device.reverse
        if action is not None:
            try:
                return drive.follow(action, stamp_ns)
            except AfilError as error:
                self._warn(str(error))
        return drive.rest(stamp_ns)

    def _take_over(self) -> None:
        takeover = self._takeover
        if takeover is None or self._drive is None:
            self.get_logger().warning("no policy drives; start with takeover:=true")
            return
        for command, value in takeover.take():
            self._device.adopt(command, value)
        self._forget(self._drive)
        self._hands_back = False
        self._publish(takeover.announcement())
        self._pulse.beat()
        self.get_logger().info("the person commands now")

    def _hand_back(self, takeover: Takeover) -> None:
        if not self._policy_reset.service_is_ready():
            if takeover.needs_fresh_policy:
                self.get_logger().warning(
                    f"cannot hand back: nobody offers {self._policy_reset.srv_name}; start the "
                    f"policy node"
                )
                return
            self._handed_back(takeover)
            return
        self._hands_back = True
        future = self._policy_reset.call_async(Trigger.Request())
        future.add_done_callback(lambda done: self._policy_is_fresh(takeover, done.result()))

    def _policy_is_fresh(self, takeover: Takeover, answer: Any) -> None:
        if not self._hands_back:
            return  # The person moved on.
        self._hands_back = False
        if not answer.success:
            self.get_logger().warning(f"cannot hand back: {answer.message}")
            return
        self._handed_back(takeover)

    def _handed_back(self, takeover: Takeover) -> None:
        if takeover.is_human:
            self.get_logger().info("the policy commands now")
        takeover.hand_back()
        self._publish(takeover.announcement())

    def _ask(self, key: EpisodeKey) -> None:
        if key is EpisodeKey.TAKE_OVER:
            takeover = self._takeover
            if takeover is not None and takeover.is_human:
                self._hand_back(takeover)
            else:
                self._take_over()
            return
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
    return run_node(TeleopNode, is_over=lambda node: node.over, close=TeleopNode.finish)
