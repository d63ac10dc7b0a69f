"""Lets a simulator's autopilot demonstrate: on while this runs, off at its end."""

from __future__ import annotations

import sys

import rcl_interfaces.msg
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.node import Node
from std_msgs.msg import Bool

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_teleop.recording.parameters import AutopilotParameters

_LOOK_S = 0.5
# A subscription that is seen here may not see this publisher yet.
_TIMES = 5
_PATIENCE_S = 30.0
_LAST_WORD = Duration(seconds=0.3)


class AutopilotNode(Node):
    """Publishes the contract's ``autopilot`` topic.

    Parameters: :class:`AutopilotParameters`.

    Raises:
        AfilError: When the contract names none.
    """

    def __init__(self) -> None:
        super().__init__("autopilot_node")
        given = declare(AutopilotParameters, self, rcl_interfaces.msg)
        contract = load_contract(given.robot, self.get_namespace())
        topic = contract.autopilot
        if topic is None:
            raise AfilError(f"contract '{contract.robot}' names no autopilot")
        self._topic = topic
        self._publisher = self.create_publisher(Bool, topic, 10)
        self._listeners = self._due = self._looks = 0
        self.create_timer(_LOOK_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def finish(self) -> None:
        """Switch it off."""
        self._publisher.publish(Bool(data=False))
        # A process that ends at once could take its last message with it.
        self._publisher.wait_for_all_acked(_LAST_WORD)

    def _look(self) -> None:
        """Say it to whoever listens, and to a vehicle that is spawned later, too."""
        self._looks += 1
        listeners = self._publisher.get_subscription_count()
        if listeners > self._listeners:
            self.get_logger().info(f"the autopilot drives ({self._topic})")
            self._due = _TIMES
        elif not listeners and self._looks == round(_PATIENCE_S / _LOOK_S):
            self.get_logger().warning(
                f"nobody listens to {self._topic}: the vehicle is not there, or "
                f"its simulator has no autopilot"
            )
        self._listeners = listeners
        if self._due:
            self._due -= 1
            self._publisher.publish(Bool(data=True))


def main() -> int:
    """Entry point."""
    return run_node(AutopilotNode, close=AutopilotNode.finish)


if __name__ == "__main__":
    sys.exit(main())
