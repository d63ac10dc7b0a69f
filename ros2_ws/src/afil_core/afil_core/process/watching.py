"""What watchdogs have in common with one another, and with whom they watch: the heartbeat."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import Updater
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile

from afil_core.process.interfaces import get_message
from afil_core.process.late_turns import LateTurns
from afil_core.supervision import heartbeat
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.supervision.supervisor import Supervisor
from afil_core.topics import Qos

M_contra = TypeVar("M_contra", contravariant=True)
M = TypeVar("M")

_POLL_S = 0.01
_BEAT = Duration(seconds=heartbeat.PERIOD_S)
# A look that comes so much later is this process's own lateness.
_LATE_S = 0.05
# Launch asks more firmly, with an error in its log, after 5 s.
_FINISH_S = 4.0


def heartbeat_publisher(node: Node) -> Any:
    """The publisher of a node's heartbeat, for one that says by another thread that it lives."""
    profile = QoSProfile(**heartbeat.QOS.profile())
    return node.create_publisher(get_message(heartbeat.TYPE), "~/heartbeat", profile)


class Pulse:
    """A node's heartbeat, ``~/heartbeat``; its executor sends it, so a node that hangs has none.

    Args:
        node: The node.
        is_commanding: Whether the robot may be moving by the node's commands.
        stops: How often it brought the robot to rest because something failed.
    """

    def __init__(
        self, node: Node, is_commanding: Callable[[], bool], stops: Callable[[], int] = int
    ) -> None:
        self._node, self._is_commanding, self._stops = node, is_commanding, stops
        self._sequence = count()
        self._publisher = heartbeat_publisher(node)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(heartbeat.PERIOD_S, self.beat, clock=steady)

    def beat(self) -> None:
        """Say it now."""
        self._publish(self._is_commanding())

    def end(self, outputs: Iterable[Any], patience_s: float) -> None:
        """Say that the robot is at rest, once what was commanded last has arrived.

        While it waits for that it says that the process lives: the executor does not any more.

        Args:
            outputs: Publishers of the commands. When one's has not arrived, nothing is said, and
                the watchdog brings the robot to rest.
            patience_s: How long it waits for each of both.
        """
        end_s = time.monotonic() + patience_s
        for output in outputs:
            while not output.wait_for_all_acked(_BEAT):
                if time.monotonic() > end_s:
                    return
                self.beat()
        self._publish(False)
        self._publisher.wait_for_all_acked(Duration(seconds=patience_s))

    def _publish(self, is_commanding: bool) -> None:
        beat = Heartbeat(next(self._sequence), is_commanding, self._stops())
        self._publisher.publish(beat.encode(_now_ns(self._node)))


class Outputs(Protocol[M_contra]):
    """The topics on which a watchdog commands; offered only while it brings a robot to rest."""

    @property
    def topics(self) -> Sequence[str]:
        """Names of those that are offered now."""
        ...

    def send(self, commands: Sequence[M_contra]) -> object:
        """Publish what brings the robot to rest."""
        ...

    def close(self) -> None:
        """Take them back."""
        ...


class Watching(Generic[M]):
    """Watches the process of another node, and says that it lives itself.

    Topics: the heartbeats of both, what the robot's rest needs, ``/diagnostics``.

    Args:
        node: The watchdog's node.
        supervisor: What it does.
        outputs: Where it commands.
        offer: Makes the outputs' publishers. Some controllers obey no topic that has two, so there
            are none until they are needed.
        topic: The other's heartbeat, relative.
        whose: Who is watched, for sentences.
        robot: The robot, for diagnostics.
        advice: What a person does after it acted, for the log.
    """

    def __init__(
        self,
        node: Node,
        supervisor: Supervisor[M],
        outputs: Outputs[M],
        offer: Callable[[], None],
        *,
        topic: str,
        whose: str,
        robot: str,
        advice: str = "",
    ) -> None:
        self._node, self._supervisor = node, supervisor
        self._outputs, self._offer = outputs, offer
        self._whose, self._advice = whose, advice
        for stream in supervisor.streams:
            take = partial(supervisor.receive, stream.name)
            self._listen(stream.topic, stream.type, stream.qos, take)
        space = node.get_namespace().rstrip("/")
        self._listen(f"{space}/{topic}", heartbeat.TYPE, heartbeat.QOS, supervisor.beat)
        self._pulse = Pulse(node, lambda: supervisor.is_resting, lambda: supervisor.stops)
        self._turns = LateTurns(_LATE_S)
        node.create_timer(_POLL_S, self._poll, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._updater = Updater(node)
        self._updater.setHardwareID(robot)
        self._updater.add("watchdog", self._diagnose)

    def finish(self) -> None:
        """Stay until a robot that was commanded is at rest.

        Launch ends the watchdog as soon as it sees that the process that it watches has died.
        """
        end_s = time.monotonic() + _FINISH_S
        while self._supervisor.is_watching or self._supervisor.is_resting:
            if time.monotonic() > end_s or not rclpy.ok():
                return
            rclpy.spin_once(self._node, timeout_sec=_POLL_S)

    def _listen(self, topic: str, type_: str, qos: Qos, take: Any) -> None:
        self._node.create_subscription(
            get_message(type_),
            topic,
            lambda cdr: take(bytes(cdr)),
            QoSProfile(**qos.profile()),
            raw=True,
        )

    def _poll(self) -> None:
        if self._turns.puts_off():
            return
        stops = self._supervisor.stops
        commands = self._supervisor.poll(_now_ns(self._node))
        if commands:
            if not self._outputs.topics:
                self._offer()
            self._outputs.send(commands)
        elif self._outputs.topics and not self._supervisor.is_resting:
            self._outputs.close()
        if self._supervisor.stops > stops:
            self._node.get_logger().error(
                f"{self._whose} is silent while it commands: bringing the robot to rest"
                + ("" if commands else "; nothing is fresh enough to say where that is")
                + (f"; {self._advice}" if self._advice else "")
            )
            self._pulse.beat()
            # Launch ends this process soon after: who looks at diagnostics is told before.
            self._updater.force_update()

    def _diagnose(self, entry: Any) -> Any:
        silence_s, stops = self._supervisor.silence_s, self._supervisor.stops
        level, text = DiagnosticStatus.OK, f"{self._whose} lives"
        if silence_s is None:
            level, text = DiagnosticStatus.WARN, f"{self._whose} was not heard yet"
        elif self._supervisor.is_resting:
            level, text = DiagnosticStatus.ERROR, f"{self._whose} is silent: the robot is rested"
        elif silence_s > 1.0:
            level = DiagnosticStatus.ERROR if stops else DiagnosticStatus.WARN
            text = f"{self._whose} is silent"
        entry.summary(level, text)
        entry.add("stops", str(stops))
        return entry


def _now_ns(node: Node) -> int:
    return int(node.get_clock().now().nanoseconds)
