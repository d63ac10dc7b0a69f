"""ROS node: a simulated world on the topics of a robot's contract."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import rcl_interfaces.msg
from afil_interfaces.srv import ResetWorld
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.process.interfaces import get_message, get_service
from afil_core.process.late_turns import LateTurns
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_sim.running.episodes import Episodes
from afil_sim.running.parameters import WorldParameters
from afil_sim.running.readers import Graph, missing_reader

_POLL_PERIOD_S = 0.005
# A turn that comes so much later is this process's own lateness, or a frame was long in making.
_LATE_S = 0.1


class WorldNode(Node):
    """Publishes a simulated robot's sensors and time, obeys its command topics.

    Parameters: :class:`WorldParameters`. Service ``world/reset``
    (afil_interfaces/srv/ResetWorld) starts the next episode.

    Raises:
        AfilError: When a parameter is wrong or no OpenGL back-end works.
    """

    def __init__(self) -> None:
        super().__init__("world_node")
        parameters = declare(WorldParameters, self, rcl_interfaces.msg)
        contract = load_contract(parameters.robot).within(self.get_namespace())
        self._lock_step = parameters.mode == "lock_step"
        self._task = parameters.make_task(contract)
        self._task.reset(parameters.first_seed)  # starts the renderer: fail now, not at a reset
        self._world = Episodes(self._task, contract, parameters)
        self._timeouts = 0
        heard = {c.topic: (c.type, c.qos) for c in self._world.subscriptions}
        for topic, (type_, qos) in (heard | dict(self._world.inputs)).items():
            self.create_subscription(
                get_message(type_),
                topic,
                partial(self._on_command, topic),
                QoSProfile(**qos.profile()),
                raw=True,
            )
        for name, (type_, answer) in self._world.services.items():
            self.create_service(get_service(type_), name, answer)
        self._outputs = {
            topic: self.create_publisher(get_message(type_), topic, QoSProfile(**qos.profile()))
            for topic, (type_, qos) in self._world.publications.items()
        }
        self.create_service(ResetWorld, protocol.RESET_SERVICE, self._on_reset)
        self._turns, self._turned_s = LateTurns(_LATE_S), time.monotonic()
        # The world makes the simulated time, so it must not wait for it.
        self._timer = self.create_timer(
            _POLL_PERIOD_S, self._turn, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        self.get_logger().info(
            f"{contract.robot} world is up for {self._task.name} in {parameters.mode} mode; call "
            f"{protocol.RESET_SERVICE} to start an episode"
        )

    def _on_reset(self, request: Any, response: Any) -> Any:
        if request.use_seed and request.seed < 0:
            response.message = f"seed {request.seed} is negative; seeds start at 0"
            return response
        status = self._world.reset(request.seed if request.use_seed else None)
        topic, cdr = self._world.announcement
        self._outputs[topic].publish(cdr)
        response.success = True
        response.episode, response.seed = status.episode, status.seed
        response.instruction = status.instruction
        response.task, response.cue = status.task, status.cue
        return response

    def _on_command(self, topic: str, cdr: bytes) -> None:
        problem = self._world.receive(topic, cdr)
        if problem is not None:
            self.get_logger().warning(problem)
        # The rest of an answer that waits in this process's own queue is not missing.
        self._advance(self._turned_s)

    def _turn(self) -> None:
        if not self._turns.puts_off():
            self._turned_s = time.monotonic()
            self._advance(self._turned_s)

    def _advance(self, wall_s: float) -> None:
        messages = self._world.poll(wall_s, self._missing)
        for topic, cdr in messages:
            self._outputs[topic].publish(cdr)
            if topic == protocol.EPISODE_TOPIC:
                self._say(self._world.status)
        if messages:
            self._world.sent(time.monotonic())
        if self._world.timeouts > self._timeouts:
            self.get_logger().warning(
                f"no command came for frame {self._world.status.frames - 2} in time; the robot "
                f"held its last target ({self._world.timeouts} such frames in this episode)"
            )
        self._timeouts = self._world.timeouts

    def _say(self, status: protocol.EpisodeStatus) -> None:
        verdict = f", success {status.success}, {status.steps} steps" * status.done
        self.get_logger().info(
            f"episode {status.episode}, seed {status.seed}: {status.state}{verdict}"
        )
        if not status.done and self._world.missing:
            self.get_logger().warning(
                f"the first frame of episode {status.episode} is sent although "
                f"{self._world.missing}; it may be lost there"
            )

    def _missing(self) -> str:
        """What is still on the way to the world's topics, see :func:`missing_reader`."""
        graph = Graph(
            known={t: self.count_subscribers(t) for t in self._outputs},
            matched={t: p.get_subscription_count() for t, p in self._outputs.items()},
            readers=frozenset(
                (end.node_name, end.node_namespace)
                for topic in self._outputs
                for end in self.get_subscriptions_info_by_topic(topic)
            ),
            commanders={
                c.topic: frozenset(
                    (end.node_name, end.node_namespace)
                    for end in self.get_publishers_info_by_topic(c.topic)
                )
                for c in self._world.subscriptions
            },
        )
        return missing_reader(graph, answered=self._lock_step)

    def destroy_node(self) -> None:
        """Free the renderer, then the node."""
        self._task.close()
        super().destroy_node()


def main() -> int:
    """Run the node; exit code 2 and a sentence when it cannot."""
    return run_node(WorldNode)


if __name__ == "__main__":
    raise SystemExit(main())
