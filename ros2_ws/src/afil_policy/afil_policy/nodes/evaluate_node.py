"""The node with which the command ``evaluate`` talks to the deployed system."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import rclpy
from afil_interfaces.srv import ResetWorld
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.process.interfaces import get_message
from afil_core.process.node_main import open_node
from afil_core.process.stop_signals import StopSignals
from afil_core.world_protocol import (
    CLOCK_TOPIC,
    EPISODE_QOS,
    EPISODE_TOPIC,
    EPISODE_TYPE,
    POLICY_RESET_SERVICE,
    RESET_SERVICE,
    EpisodeStatus,
)
from afil_policy.evaluation.film import Film
from afil_policy.evaluation.protocol import EpisodeWatch

# Discovery of a system that was left running takes about this long.
_DISCOVERY_S = 1.5
_SPIN_S = 0.05
# A film waits so long for its next frame when the episode is over.
_LAST_FRAMES_S = 5.0
# Frames that may wait while this process has no processor: the world does not wait for a film.
_WAITING_FRAMES = 100


class EvaluateNode(Node):
    """Resets policy and world, and listens to the world's verdict.

    Args:
        namespace: That of policy and world.
    """

    def __init__(self, namespace: str = "") -> None:
        # Two evaluations on one network must not take each other's service replies.
        super().__init__(f"evaluate_{os.getpid()}", namespace=namespace)
        self._policy_reset = self.create_client(Trigger, POLICY_RESET_SERVICE)
        self._world_reset = self.create_client(ResetWorld, RESET_SERVICE)
        self._watch: EpisodeWatch | None = None
        self._film: Film | None = None
        self.create_subscription(
            get_message(EPISODE_TYPE),
            EPISODE_TOPIC,
            self._on_status,
            QoSProfile(**EPISODE_QOS.profile()),
            raw=True,
        )
        # A long episode has no other news.
        self.create_subscription(
            get_message("rosgraph_msgs/msg/Clock"), CLOCK_TOPIC, self._on_time, 1, raw=True
        )

    def require_quiet_network(self) -> None:
        """Check that no other policy or world runs here.

        Raises:
            AfilError: When one does.
        """
        end_s = time.monotonic() + _DISCOVERY_S
        while time.monotonic() < end_s:
            rclpy.spin_once(self, timeout_sec=_SPIN_S)
            for client, name in (
                (self._policy_reset, POLICY_RESET_SERVICE),
                (self._world_reset, RESET_SERVICE),
            ):
                if client.service_is_ready():
                    domain = os.environ.get("ROS_DOMAIN_ID", "0")
                    raise AfilError(
                        f"service {name} is already offered on ROS_DOMAIN_ID {domain}: another "
                        "policy or world runs; stop it, or set another ROS_DOMAIN_ID"
                    )

    def wait_until_active(self, alive: Callable[[], None], timeout_s: float) -> None:
        """Wait until the policy node commands and the world answers.

        Raises:
            AfilError: When that takes too long, or ``alive`` raises it.
        """
        reason = f"service {POLICY_RESET_SERVICE} did not appear"
        end_s = time.monotonic() + timeout_s
        while time.monotonic() < end_s:
            alive()
            rclpy.spin_once(self, timeout_sec=_SPIN_S)
            if not self._policy_reset.service_is_ready():
                continue
            if not self._world_reset.service_is_ready():
                reason = f"service {RESET_SERVICE} did not appear"
                continue
            answer = self._call(self._policy_reset, alive, end_s)
            if answer is not None and answer.success:
                return
            reason = answer.message if answer is not None else "no answer"
        raise AfilError(f"the policy node was not active after {timeout_s:g} s ({reason})")

    def watch(self, stream: Observation) -> None:
        """See an image stream, whose frames make the films."""

        def seen(cdr: bytes) -> None:
            if self._film is not None:
                self._film.add(stream.decode(bytes(cdr)).value)

        qos = QoSProfile(**stream.qos.profile(depth=_WAITING_FRAMES))
        self.create_subscription(get_message(stream.type), stream.topic, seen, qos, raw=True)

    def run_episode(
        self, seed: int, alive: Callable[[], None], timeout_s: float, film: Film | None = None
    ) -> EpisodeWatch:
        """Run one episode to its end.

        Args:
            seed: The seed that is due.
            alive: Raises when the deployed system has ended.
            timeout_s: Longest wall time without any news.
            film: Takes the frames.

        Raises:
            AfilError: When the world refuses, runs another seed or falls silent.
        """
        self._watch = None
        end_s = time.monotonic() + timeout_s
        answer = self._call(self._policy_reset, alive, end_s)
        if answer is None or not answer.success:
            reason = answer.message if answer is not None else "no answer"
            raise AfilError(f"the policy node can't be reset ({reason})")
        watch = EpisodeWatch(seed, timeout_s, time.monotonic())
        self._watch = watch
        self._film = film
        future = self._world_reset.call_async(ResetWorld.Request())
        answered = False
        while watch.result is None:
            alive()
            watch.require_news(time.monotonic())
            rclpy.spin_once(self, timeout_sec=_SPIN_S)
            if not answered and future.done():
                answered = True
                reply = future.result()
                episode = reply.episode if reply.success else None
                watch.reset_answered(episode, reply.seed, time.monotonic(), reply.message)
        if film is not None:
            self._wait_for_frames(film, watch.result.steps + 1, alive)
        self._film = None
        return watch

    def _wait_for_frames(self, film: Film, expected: int, alive: Callable[[], None]) -> None:
        """Take the frames that the verdict has overtaken, until all are here or none comes."""
        seen, news_s = film.frames, time.monotonic()
        while film.frames < expected and time.monotonic() < news_s + _LAST_FRAMES_S:
            alive()
            rclpy.spin_once(self, timeout_sec=_SPIN_S)
            if film.frames > seen:
                seen, news_s = film.frames, time.monotonic()

    def _call(self, client: Any, alive: Callable[[], None], end_s: float) -> Any:
        future = client.call_async(Trigger.Request())
        while not future.done() and time.monotonic() < end_s:
            alive()
            rclpy.spin_once(self, timeout_sec=_SPIN_S)
        return future.result() if future.done() else None

    def _on_time(self, cdr: bytes) -> None:
        del cdr
        if self._watch is not None:
            self._watch.time_passed(time.monotonic())

    def _on_status(self, cdr: bytes) -> None:
        if self._watch is not None:
            status = EpisodeStatus.decode(bytes(cdr))
            self._watch.status_received(status, time.monotonic())


@contextmanager
def evaluate_node(namespace: str) -> Iterator[EvaluateNode]:
    """The node, for as long as the block runs; Ctrl-C breaks in at once."""
    with StopSignals(), open_node(lambda: EvaluateNode(namespace)) as node:
        yield node
