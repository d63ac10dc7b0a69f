"""ROS node: the scripted expert demonstrates a task in a simulated world."""

from __future__ import annotations

from functools import partial

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.process.node_main import run_node
from afil_sim.parameters import Parameters
from afil_sim.pilot import ExpertPilot


class ExpertNode(Node):
    """Answers every frame of the world with the expert's command.

    Parameters: ``robot`` and ``noise`` (standard deviation of the exploration noise on each
    step, m).

    Raises:
        AfilError: When a parameter is wrong.
    """

    def __init__(self) -> None:
        super().__init__("expert_node")
        parameters = Parameters(self._declare)
        contract = load_contract(parameters.text("robot", "franka"))
        self._pilot = ExpertPilot(contract, parameters.number("noise", 0.0))
        assert contract.action is not None
        self._outputs = {
            c.topic: self.create_publisher(
                get_message(c.type), c.topic, QoSProfile(**c.qos.profile())
            )
            for c in contract.action.demonstrated
        }
        inputs = [
            (protocol.EPISODE_TOPIC, protocol.EPISODE_TYPE, protocol.EPISODE_QOS),
            (
                protocol.TARGET_OBJECT_TOPIC,
                protocol.TARGET_OBJECT_TYPE,
                protocol.TARGET_OBJECT_QOS,
            ),
            *((s.topic, s.type, s.qos) for s in self._pilot.streams),
        ]
        for topic, type_, qos in inputs:
            self.create_subscription(
                get_message(type_),
                topic,
                partial(self._on_message, topic),
                QoSProfile(**qos.profile()),
                raw=True,
            )

    def _declare(self, name: str, default: object) -> object:
        descriptor = ParameterDescriptor(dynamic_typing=True)
        value: object = self.declare_parameter(name, default, descriptor).value
        return value

    def _on_message(self, topic: str, cdr: bytes) -> None:
        for command_topic, command in self._pilot.receive(topic, cdr):
            self._outputs[command_topic].publish(command)


def main() -> int:
    """Run the node; exit code 2 and a sentence when it cannot."""
    return run_node(ExpertNode)


if __name__ == "__main__":
    raise SystemExit(main())
