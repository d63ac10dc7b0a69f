"""What the nodes of this package share: typed parameters, and a run that ends in order."""

from __future__ import annotations

from collections.abc import Callable

import rclpy
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from afil_core.errors import run
from afil_sim.parameters import Parameters


class BaseNode(Node):
    """A node with :attr:`parameters`.

    Args:
        name: Name of the node.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parameters = Parameters(self._declare)

    def _declare(self, name: str, default: object) -> object:
        descriptor = ParameterDescriptor(dynamic_typing=True)
        value: object = self.declare_parameter(name, default, descriptor).value
        return value


def run_node(make_node: Callable[[], BaseNode]) -> int:
    """Run a node until it is told to stop.

    Args:
        make_node: Builds the node; called when ROS is up.

    Returns:
        The exit code: 0, or 2 after a sentence when the node cannot do its work.
    """

    def spin() -> None:
        rclpy.init()
        node: BaseNode | None = None
        try:
            node = make_node()
            rclpy.spin(node)
        except (KeyboardInterrupt, ExternalShutdownException):
            pass
        finally:
            if node is not None:
                node.destroy_node()
            rclpy.try_shutdown()

    return run(spin)
