"""The watchdog: a process of its own that rests the robot when the policy's process can't.

It hears the heartbeat of the policy node's command loop, and says that it lives itself. Where a
loop that commands falls silent (killed, stopped, hanging), it sends the rest of the same command
interface. Only then has it a publisher: some controllers obey no topic that has two.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import Any

import rcl_interfaces.msg
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import Updater
from rclpy.action import ActionClient
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile

from afil_core.contract import load_contract
from afil_core.process.interfaces import get_action, get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_policy.deploy import heartbeat
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.connections import Connections, Ros
from afil_policy.deploy.heartbeat import Heartbeat
from afil_policy.deploy.parameters import WatchdogParameters
from afil_policy.deploy.priority import rise
from afil_policy.deploy.supervision import Supervisor

_POLL_S = 0.01
# Launch asks more firmly, with an error in its log, after 5 s.
_FINISH_S = 4.0
_ROS = Ros(QoSProfile, get_message, get_action, ActionClient, Duration)


class WatchdogNode(Node):
    """Watches the policy node of its namespace.

    Parameters: :class:`WatchdogParameters`. Topics: the heartbeats of both, ``/diagnostics``,
    and the commands that bring the robot to rest, when it has to be.

    Raises:
        AfilError: When contract and interface don't fit.
    """

    def __init__(self) -> None:
        super().__init__("watchdog_node")
        given = declare(WatchdogParameters, self, rcl_interfaces.msg)
        contract = load_contract(given.robot, self.get_namespace())
        adapter = build_adapter(contract, given.command_interface, given.command_options)
        self._commands = contract.interface(given.command_interface)
        self._supervisor = Supervisor(contract, adapter, timeout_s=given.timeout_s)
        self._inputs, self._outputs = Connections(self, _ROS), Connections(self, _ROS)
        for stream in map(contract.stream, self._supervisor.streams):
            take = partial(self._supervisor.receive, stream.name)
            self._inputs.listen(stream.topic, stream.type, stream.qos, take)
        space = self.get_namespace().rstrip("/")
        topic = f"{space}/{heartbeat.POLICY_TOPIC}"
        self._inputs.listen(topic, heartbeat.TYPE, heartbeat.QOS, self._supervisor.beat)
        self._beats = self.create_publisher(
            get_message(heartbeat.TYPE), "~/heartbeat", QoSProfile(**heartbeat.QOS.profile())
        )
        self._sequence = 0
        wall = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_POLL_S, self._poll, clock=wall)
        self.create_timer(heartbeat.PERIOD_S, self._beat, clock=wall)
        self._updater = Updater(self)
        self._updater.setHardwareID(given.robot)
        self._updater.add("watchdog", self._diagnose)
        rise(given.priority, with_others=True)
        self.get_logger().info(f"watching {topic}, {given.timeout_s:g} s")

    def finish(self) -> None:
        """Stay until a robot that was commanded is at rest.

        Launch ends the watchdog as soon as it sees that the policy's process has died.
        """
        end_s = time.monotonic() + _FINISH_S
        supervisor = self._supervisor
        while supervisor.is_watching or supervisor.is_resting:
            if time.monotonic() > end_s or not rclpy.ok():
                return
            rclpy.spin_once(self, timeout_sec=_POLL_S)

    def _poll(self) -> None:
        stops = self._supervisor.stops
        commands = self._supervisor.poll(self._now_ns())
        if self._supervisor.stops > stops:
            self.get_logger().error(
                "the policy's command loop is silent while it commands: bringing the robot to rest"
                + ("" if commands else "; nothing is fresh enough to say where that is")
            )
            self._beat()
        if commands:
            if not self._outputs.topics:
                self._outputs.offer(self._commands, self.create_publisher)
            self._outputs.send(commands)
        elif self._outputs.topics and not self._supervisor.is_resting:
            self._outputs.close()

    def _beat(self) -> None:
        beat = Heartbeat(self._sequence, self._supervisor.is_resting, self._supervisor.stops)
        self._sequence += 1
        self._beats.publish(beat.encode(self._now_ns()))

    def _diagnose(self, entry: Any) -> Any:
        silence_s, stops = self._supervisor.silence_s, self._supervisor.stops
        level, text = DiagnosticStatus.OK, "the policy's command loop lives"
        if silence_s is None:
            level, text = DiagnosticStatus.WARN, "no policy was heard yet"
        elif silence_s > 1.0:
            level = DiagnosticStatus.ERROR if stops else DiagnosticStatus.WARN
            text = "the policy's command loop is silent"
        entry.summary(level, text)
        entry.add("stops", str(stops))
        return entry

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def main() -> int:
    """Entry point."""
    return run_node(WatchdogNode, close=WatchdogNode.finish)


if __name__ == "__main__":
    sys.exit(main())
