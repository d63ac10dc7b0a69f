"""ROS node: the scripted expert demonstrates a task in a simulated world."""

from __future__ import annotations

from typing import Any

import rcl_interfaces.msg
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.process.interfaces import get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_sim.running import demonstration
from afil_sim.running.parameters import ExpertParameters
from afil_sim.running.pilot import ExpertPilot

_LOOK_PERIOD_S = 0.02


class ExpertNode(Node):
    """Answers every frame of the world with what the task's expert commands.

    It offers its command topics once it hears the world: who sees them may rely on that every
    frame from then on is answered. Parameters: :class:`ExpertParameters`.

    Raises:
        AfilError: When a parameter is wrong.
    """

    def __init__(self) -> None:
        super().__init__("expert_node")
        parameters = declare(ExpertParameters, self, rcl_interfaces.msg)
        self._contract = load_contract(parameters.robot).within(self.get_namespace())
        self._pilot = ExpertPilot(self._contract)
        self._outputs: dict[str, Any] = {}
        self.create_subscription(
            get_message(demonstration.TYPE),
            demonstration.TOPIC,
            self._on_demonstration,
            QoSProfile(**demonstration.QOS.profile()),
            raw=True,
        )
        self._look = self.create_timer(
            _LOOK_PERIOD_S, self._offer, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )

    def _offer(self) -> None:
        if not self.count_publishers(demonstration.TOPIC):
            return
        self._look.cancel()
        for command in self._contract.interface():
            self._outputs[command.topic] = self.create_publisher(
                get_message(command.type), command.topic, QoSProfile(**command.qos.profile())
            )

    def _on_demonstration(self, cdr: bytes) -> None:
        if not self._outputs:
            return
        try:
            answer = self._pilot.receive(cdr)
        except AfilError as error:
            # Another simulation on this network must not end this one.
            self.get_logger().warning(str(error), throttle_duration_sec=30.0)
            return
        for topic, command in answer:
            self._outputs[topic].publish(command)


def main() -> int:
    """Run the node; exit code 2 and a sentence when it cannot."""
    return run_node(ExpertNode)


if __name__ == "__main__":
    raise SystemExit(main())
