"""ROS node: a simulated world on the topics of a robot's contract."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from afil_interfaces.srv import ResetWorld
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.process.node_main import run_node
from afil_sim.parameters import Parameters
from afil_sim.tasks import make_task
from afil_sim.world import World, WorldConfig

_POLL_PERIOD_S = 0.005


class WorldNode(Node):
    """Publishes a simulated robot's sensors and time, obeys its command topics.

    Parameters: ``robot``, ``task``, ``mode`` (lock_step or real_time), ``first_seed``, ``cue``
    (none, intact or broken), ``max_steps``, ``command_timeout_s`` (s), ``auto_reset``. Service
    ``/world/reset`` (afil_interfaces/srv/ResetWorld) starts the next episode.

    Raises:
        AfilError: When a parameter is wrong or no OpenGL back-end works.
    """

    def __init__(self) -> None:
        super().__init__("world_node")
        parameters = Parameters(self._declare)
        contract = load_contract(parameters.text("robot", "franka"))
        config = WorldConfig(
            mode=parameters.text("mode", "lock_step"),
            first_seed=parameters.integer("first_seed", 0),
            command_timeout_s=parameters.number("command_timeout_s", 1.0),
            auto_reset=parameters.switch("auto_reset", False),
        )
        self._task = make_task(
            contract.robot,
            parameters.text("task", "lift_carrot"),
            parameters.text("cue", "none"),
            parameters.integer("max_steps", 70),
        )
        self._task.reset(config.first_seed)  # starts the renderer: fail now, not at a reset
        self._world = World(self._task, contract, config)
        self._timeouts = 0
        self._outputs = {
            topic: self.create_publisher(get_message(type_), topic, QoSProfile(**qos.profile()))
            for topic, (type_, qos) in self._world.publications.items()
        }
        for command in self._world.subscriptions:
            self.create_subscription(
                get_message(command.type),
                command.topic,
                partial(self._on_command, command.topic),
                QoSProfile(**command.qos.profile()),
                raw=True,
            )
        self.create_service(ResetWorld, protocol.RESET_SERVICE, self._on_reset)
        # The world makes the simulated time, so it must not wait for it.
        self._timer = self.create_timer(
            _POLL_PERIOD_S, self._advance, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        self.get_logger().info(
            f"{contract.robot} world is up in {config.mode} mode; "
            f"call {protocol.RESET_SERVICE} to start an episode"
        )

    def _declare(self, name: str, default: object) -> object:
        descriptor = ParameterDescriptor(dynamic_typing=True)
        value: object = self.declare_parameter(name, default, descriptor).value
        return value

    def _on_reset(self, request: Any, response: Any) -> Any:
        if request.use_seed and request.seed < 0:
            response.message = f"seed {request.seed} is negative; seeds start at 0"
            return response
        status = self._world.reset(request.seed if request.use_seed else None)
        response.success = True
        response.episode, response.seed = status.episode, status.seed
        response.instruction = status.instruction
        return response

    def _on_command(self, topic: str, cdr: bytes) -> None:
        problem = self._world.receive(topic, cdr)
        if problem is not None:
            self.get_logger().warning(problem)
        self._advance()

    def _advance(self) -> None:
        for topic, cdr in self._world.poll(time.monotonic()):
            self._outputs[topic].publish(cdr)
            if topic == protocol.EPISODE_TOPIC:
                status = self._world.status
                verdict = f", success {status.success}, {status.steps} steps" * status.done
                self.get_logger().info(
                    f"episode {status.episode}, seed {status.seed}: {status.state}{verdict}"
                )
        if self._world.timeouts > self._timeouts:
            self.get_logger().warning(
                f"no command came for frame {self._world.status.frames - 2} in time; the arm "
                f"held its last target ({self._world.timeouts} such frames in this episode)"
            )
        self._timeouts = self._world.timeouts

    def destroy_node(self) -> None:
        """Free the renderer, then the node."""
        self._task.close()
        super().destroy_node()


def main() -> int:
    """Run the node; exit code 2 and a sentence when it cannot."""
    return run_node(WorldNode)


if __name__ == "__main__":
    raise SystemExit(main())
