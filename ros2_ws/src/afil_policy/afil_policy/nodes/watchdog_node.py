"""The watchdog: a process of its own that rests the robot when the policy's process can't.

It hears the heartbeat of the policy node's command loop, and says that it lives itself. Where a
loop that commands falls silent (killed, stopped, hanging), it sends the rest of the same command
interface.
"""

from __future__ import annotations

import sys
from functools import partial

import rcl_interfaces.msg
from rclpy.action import ActionClient
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile

from afil_core.contract import load_contract
from afil_core.process.interfaces import get_action, get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.process.watching import Watching
from afil_core.supervision import heartbeat
from afil_core.supervision.supervisor import Supervisor
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.connections import Connections, Ros
from afil_policy.deploy.parameters import WatchdogParameters
from afil_policy.deploy.priority import rise

_ROS = Ros(QoSProfile, get_message, get_action, ActionClient, Duration)


class WatchdogNode(Node):
    """Watches the policy node of its namespace.

    Parameters: :class:`WatchdogParameters`. Topics: those of
    :class:`~afil_core.process.watching.Watching`, and the commands that bring the robot to rest,
    when it has to be.

    Raises:
        AfilError: When contract and interface don't fit.
    """

    def __init__(self) -> None:
        super().__init__("watchdog_node")
        given = declare(WatchdogParameters, self, rcl_interfaces.msg)
        contract = load_contract(given.robot, self.get_namespace())
        adapter = build_adapter(contract, given.command_interface, given.command_options)
        outputs = Connections(self, _ROS)
        commands = contract.interface(given.command_interface)
        streams = [contract.stream(name) for name in adapter.streams]
        self._watching = Watching(
            self,
            Supervisor(adapter.rest, streams, timeout_s=given.timeout_s),
            outputs,
            partial(outputs.offer, commands, self.create_publisher),
            topic=heartbeat.POLICY_TOPIC,
            whose="the policy's command loop",
            robot=given.robot,
        )
        rise(given.priority, with_others=True)
        self.get_logger().info(f"watching {heartbeat.POLICY_TOPIC}, {given.timeout_s:g} s")

    def finish(self) -> None:
        """Stay until a robot that was commanded is at rest."""
        self._watching.finish()


def main() -> int:
    """Entry point."""
    return run_node(WatchdogNode, close=WatchdogNode.finish)


if __name__ == "__main__":
    sys.exit(main())
