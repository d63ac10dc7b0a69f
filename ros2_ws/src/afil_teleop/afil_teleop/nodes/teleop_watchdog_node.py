"""The watchdog of teleoperation: a process of its own that rests a robot whose driver has died.

It hears the heartbeat of ``teleop_node``. Where that falls silent while the robot may move by its
commands (killed, stopped, hanging), it sends the rest on the topics where the person commands.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import rcl_interfaces.msg
from rclpy.node import Node
from rclpy.qos import QoSProfile

from afil_core.commands import Command
from afil_core.contract import load_contract
from afil_core.process.interfaces import get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.process.watching import Watching
from afil_core.supervision import heartbeat
from afil_core.supervision.supervisor import Supervisor
from afil_teleop.devices.parameters import WatchdogParameters
from afil_teleop.driving import Published
from afil_teleop.driving.resting import Resting


class TeleopWatchdogNode(Node):
    """Watches the ``teleop_node`` of its namespace.

    Parameters: :class:`~afil_teleop.devices.parameters.WatchdogParameters`. Topics: those of
    :class:`~afil_core.process.watching.Watching`, and the commands that bring the robot to rest,
    when it has to be.

    Raises:
        AfilError: When nothing drives the contract's action.
    """

    def __init__(self) -> None:
        super().__init__("teleop_watchdog_node")
        given = declare(WatchdogParameters, self, rcl_interfaces.msg)
        contract = load_contract(given.robot).within(self.get_namespace())
        resting = Resting(contract, takeover=given.takeover)
        outputs = _Outputs(self, resting.outputs)
        self._watching = Watching(
            self,
            Supervisor(resting.rest, resting.streams, timeout_s=given.timeout_s),
            outputs,
            outputs.offer,
            topic=heartbeat.TELEOP_TOPIC,
            whose="teleoperation",
            robot=given.robot,
            advice=resting.advice,
        )
        self.get_logger().info(f"watching {heartbeat.TELEOP_TOPIC}, {given.timeout_s:g} s")

    def finish(self) -> None:
        """Stay until a robot that was driven is at rest."""
        self._watching.finish()


class _Outputs:
    """Publishers that are there while the robot is brought to rest."""

    def __init__(self, node: Node, commands: dict[str, Command]) -> None:
        self._node, self._commands = node, commands
        self._publishers: dict[str, Any] = {}

    @property
    def topics(self) -> Sequence[str]:
        return tuple(self._publishers)

    def offer(self) -> None:
        for topic, command in self._commands.items():
            profile = QoSProfile(**command.qos.profile())
            message = get_message(command.type)
            self._publishers[topic] = self._node.create_publisher(message, topic, profile)

    def send(self, commands: Sequence[Published]) -> None:
        for topic, cdr in commands:
            self._publishers[topic].publish(cdr)

    def close(self) -> None:
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        self._publishers.clear()


def main() -> int:
    """Entry point of ``ros2 run afil_teleop teleop_watchdog_node``."""
    return run_node(TeleopWatchdogNode, close=TeleopWatchdogNode.finish)


if __name__ == "__main__":
    sys.exit(main())
