"""Records the contract's topics as episodes; the ROS edge of this package's recorder."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import rcl_interfaces.msg
from afil_interfaces.action import RecordEpisode
from afil_interfaces.srv import ResetWorld
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import Updater
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.clock import Clock, ClockType
from rclpy.event_handler import QoSMessageLostInfo, SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from afil_core.contract import load_contract
from afil_core.endpoints import Introductions
from afil_core.errors import AfilError
from afil_core.process.interfaces import get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.topics import Qos
from afil_core.world_protocol import EPISODE_QOS, EPISODE_TOPIC, EPISODE_TYPE, RESET_SERVICE
from afil_teleop.recording.control import RecordingControl
from afil_teleop.recording.goals import EpisodeGoals
from afil_teleop.recording.graph import publishers
from afil_teleop.recording.losses import LOST_OF_TOPIC_TYPE, LOST_TOPIC, LOST_TYPE
from afil_teleop.recording.monitor import LOOK_S
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.resets.wire import NodeWire
from afil_teleop.recording.session import Answer
from afil_teleop.recording.status import STATUS_TYPE, RecorderStatus
from afil_teleop.recording.world import ResetAnswer

# Seconds of messages: a recorder that a busy machine keeps waiting must not lose any.
_QUEUE_DEPTH, _IMAGE_QUEUE_DEPTH = 5000, 150
_BIG_TYPES = ("Image", "CompressedImage", "PointCloud2")
# A lock-step world waits for its recorder between two episodes.
_WORLD_TICK_S, _TICK_S, _GRAPH_S, _STATUS_S = 0.02, 0.05, 0.3, 1.0


class RecordNode(Node):
    """Subscribes to every topic of the contract and answers the episode services.

    Parameters: :class:`~afil_teleop.recording.parameters.RecordParameters`.

    Services (std_srvs/Trigger): ``~/start``, ``~/pause``, ``~/save`` and so on, of
    :class:`~afil_teleop.recording.episode_commands.EpisodeCommands`. Action ``~/record_episode``
    (afil_interfaces/RecordEpisode). Topics: ``~/status`` (afil_interfaces/RecorderStatus) and
    ``/diagnostics``, once a second and when something changes;
    ``events/rosbag2_messages_lost`` where a ROS has its type.

    Raises:
        AfilError: When a parameter, the contract or the dataset does not fit.
    """

    def __init__(self) -> None:
        super().__init__("record_node")
        given = declare(RecordParameters, self, rcl_interfaces.msg)
        self._introductions = Introductions()
        if given.world != "none":
            self._reset = self.create_client(ResetWorld, RESET_SERVICE)
        self.control = RecordingControl(
            given,
            load_contract(given.robot).within(self.get_namespace()),
            self,
            NodeWire(self, Trigger, get_message),
            self._log,
            sim_time=bool(self.get_parameter("use_sim_time").value),
        )
        # Subscriptions first, publishers last: who sees a publisher may rely on a listener.
        for topic, (msgtype, qos) in self.control.contract.topics().items():
            self._listen(topic, msgtype, qos)
        self._know_the_graph()
        if self.control.world is not None:
            self.create_subscription(
                get_message(EPISODE_TYPE),
                EPISODE_TOPIC,
                lambda cdr, world=self.control.world: world.status_received(bytes(cdr)),
                QoSProfile(**EPISODE_QOS.profile(depth=_QUEUE_DEPTH)),
                raw=True,
            )
        self._serve()
        self._status = self.create_publisher(get_message(STATUS_TYPE), "~/status", 10)
        self._tell_losses = self._losses_teller()
        self._diagnostics = Updater(self)
        self._diagnostics.setHardwareID(self.control.contract.robot)
        self._diagnostics.add("recorder", self._diagnose)
        # Simulated time stands still while a lock-step world waits; these timers must not.
        self._diagnostics.timer.cancel()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        tick_s = _WORLD_TICK_S if self.control.world is not None else _TICK_S
        self.create_timer(tick_s, self._tick, clock=steady)
        self.create_timer(LOOK_S, self._look, clock=steady)
        self.create_timer(_GRAPH_S, self._know_the_graph, clock=steady)
        self.create_timer(_STATUS_S, self._tell, clock=steady)
        self.get_logger().info(
            f"recording to {self.control.dataset} ({self.control.contract.robot})"
        )

    def is_ready(self) -> bool:
        """Whether a world offers its reset."""
        return bool(self._reset.service_is_ready())

    def call(self, answered: Callable[[ResetAnswer], None]) -> None:
        """Ask the world for its next episode."""

        def take(done: Any) -> None:
            answer: ResetWorld.Response = done.result()
            answered(
                ResetAnswer(
                    success=answer.success,
                    message=answer.message,
                    episode=answer.episode,
                    instruction=answer.instruction,
                    task=answer.task,
                )
            )

        self._reset.call_async(ResetWorld.Request()).add_done_callback(take)

    def _listen(self, topic: str, msgtype: str, qos: Qos) -> None:
        big = msgtype.rpartition("/")[2] in _BIG_TYPES
        self.create_subscription(
            get_message(msgtype),
            topic,
            partial(self._received, topic),
            QoSProfile(**qos.profile(depth=_IMAGE_QUEUE_DEPTH if big else _QUEUE_DEPTH)),
            event_callbacks=SubscriptionEventCallbacks(message_lost=partial(self._lost, topic)),
            raw=True,
        )

    def _serve(self) -> None:
        for name, command in self.control.asked.by_name.items():
            checked = partial(self._checked, command)
            self.create_service(Trigger, f"~/{name}", partial(self._answer, checked))
        self._goals = EpisodeGoals(self.control, RecordEpisode)
        self._action_server = ActionServer(
            self,
            RecordEpisode,
            "~/record_episode",
            self._goals.result,
            goal_callback=self._goal_wanted,
            handle_accepted_callback=self._goal_accepted,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    def _goal_wanted(self, _: Any) -> GoalResponse:
        return GoalResponse.ACCEPT if self._goals.is_free else GoalResponse.REJECT

    def _goal_accepted(self, goal: Any) -> None:
        answer = self._checked(lambda: self._goals.begin(goal, time.monotonic()))
        self._log(logging.INFO if answer.accepted else logging.WARNING, answer.message)

    def _checked(self, command: Callable[[], Answer]) -> Answer:
        """Judge by what is known now, not by what was a second ago."""
        self._know_the_graph()
        self._look()
        return command()

    def _answer(
        self, command: Callable[[], Answer], _: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        answer = command()
        self._log(logging.INFO if answer.accepted else logging.WARNING, answer.message)
        self._publish_status()
        response.success, response.message = answer.accepted, answer.message
        return response

    def _know_the_graph(self) -> None:
        own = self.get_fully_qualified_name()
        self.control.discover((name for name, _ in self.get_topic_names_and_types()), own)
        graph = {
            topic: publishers(self._introductions.known(self.get_publishers_info_by_topic(topic)))
            for topic in self.control.topics
        }
        for topic, msgtype, qos in self.control.know(graph):
            try:
                self._listen(topic, msgtype, qos)
            except ImportError as error:  # Its definition is known, its class is not built.
                self.get_logger().warning(f"{topic} is not recorded: {error}")

    def _received(self, topic: str, cdr: bytes, info: dict[str, Any]) -> None:
        self.control.received(
            topic, bytes(cdr), self._now_ns(), time.monotonic_ns(), info["source_timestamp"]
        )

    def _lost(self, topic: str, lost: QoSMessageLostInfo) -> None:
        self.control.lost(topic, lost.total_count)

    def _tick(self) -> None:
        self._goals.poll()
        before = self.control.session.phase
        self.control.tick(time.monotonic())
        if self.control.session.phase is not before:
            self._tell()

    def _look(self) -> None:
        if self.control.look(self._now_ns(), time.monotonic_ns()):
            self._diagnostics.force_update()

    def _tell(self) -> None:
        self._know_the_graph()
        self._publish_status()
        self._tell_losses()
        self._diagnostics.force_update()

    def _losses_teller(self) -> Callable[[], None]:
        """Tells losses as rosbag2 of Lyrical does, where its message is installed."""
        try:
            event, of_topic = get_message(LOST_TYPE), get_message(LOST_OF_TOPIC_TYPE)
        except AfilError:
            return lambda: None
        output = self.create_publisher(event, LOST_TOPIC, 10)

        def tell() -> None:
            lost = [
                of_topic(
                    topic_name=loss.topic,
                    messages_lost_in_transport=loss.in_transport,
                    messages_lost_in_recorder=loss.in_recorder,
                )
                for loss in self.control.losses()
            ]
            if lost:
                name = self.get_fully_qualified_name()
                output.publish(event(node_name=name, messages_lost_statistics=lost))

        return tell

    def _publish_status(self) -> None:
        current = self._current()
        self._status.publish(current.encode(self._now_ns(), time.monotonic_ns()))
        self._goals.tell(current.time_s, current.phase_number, current.problems)

    def _diagnose(self, stat: Any) -> Any:
        status = self._current()
        level = DiagnosticStatus.OK if status.is_well else DiagnosticStatus.WARN
        stat.summary(level, status.summary)
        for key, value in status.values.items():
            stat.add(key, value)
        return stat

    def _current(self) -> RecorderStatus:
        return self.control.status()

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _log(self, level: int, line: str) -> None:
        # rclpy wants each line of code to keep to one level.
        if level >= logging.ERROR:
            self.get_logger().error(line)
        elif level >= logging.WARNING:
            self.get_logger().warning(line)
        else:
            self.get_logger().info(line)


def main() -> int:
    """Entry point of ``ros2 run afil_teleop record_node``."""
    return run_node(
        RecordNode,
        is_over=lambda node: node.control.is_over,
        close=lambda node: node.control.close(),
        exit_code=lambda node: node.control.exit_code,
    )
