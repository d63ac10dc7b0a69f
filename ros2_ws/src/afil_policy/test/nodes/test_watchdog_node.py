"""Policy node and watchdog as two processes: each misses the other one in time."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core import messages
from afil_core.testing import HOME
from afil_policy.deploy import status

REST_S = 0.3
# A machine that runs other tests meanwhile is late by itself now and then; a process that does not
# do its part is late each time.
TRIES = 3
ACTED = "the watchdog brought the robot to rest"
MOVED = HOME + np.array([0.02, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


class Feed:
    """Sends the robot's state at 10 Hz, and notes when each command was made."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.pose = HOME
        self.commands: list[tuple[float, np.ndarray[Any, Any]]] = []
        from rclpy.qos import QoSProfile
        from rosidl_runtime_py.utilities import get_message

        client.node.create_subscription(
            get_message(client.pose.type),
            client.pose.topic,
            lambda cdr: self._on_command(client.pose.decode(bytes(cdr))),
            QoSProfile(depth=100),
            raw=True,
        )

    def _on_command(self, command: Any) -> None:
        # By its stamp: that this process is late to read it is no fault of who sent it.
        self.commands.append((command.stamp_ns * 1e-9, command.value))

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.client.frame(self.pose)
            self.client.spin(min(0.1, max(end - time.monotonic(), 0.0)))

    def until(self, condition: Any, timeout_s: float = 60.0) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, "timed out"
            self.run(0.1)

    @property
    def told(self) -> Any:
        """The policy's newest status; None before the first."""
        told = [cdr for topic, cdr in self.client.heard if topic == self.client.status_topic]
        return messages.deserialize(told[-1], status.TYPE) if told else None

    def is_answered(self) -> bool:
        """Whether the policy commands; it is asked to where something holds it back."""
        read = self.told
        if read is not None and read.state == read.ACTIVE and not read.problem:
            return len(self.commands) >= 5
        if self.client.client.service_is_ready():
            self.client.client.call_async(self.client.trigger.Request())
        self.run(0.5)
        return False

    def rest_after(self, since_s: float) -> float:
        """Wait until the measured pose is commanded to be held; seconds from a time to that."""
        self.until(lambda: self._rests(since_s))
        return self._rests(since_s)[0] - since_s

    def _rests(self, since_s: float) -> list[float]:
        return [
            made_s
            for made_s, pose in self.commands
            if made_s > since_s and np.allclose(pose, self.pose, atol=1e-9)
        ]


class Pair:
    """A policy that commands at a steady rate, and its watchdog; who ended is started anew."""

    def __init__(self, start: Any, stop: Any, checkpoint: Path, robot: Path) -> None:
        self._start, self._stop = start, stop
        steady = ("pacing:=steady", "require_watchdog:=true", "watchdog_timeout_s:=2.0")
        steady += ("heartbeat_timeout_s:=2.0",)
        self._given = {
            "watchdog_node": (f"robot:={robot}", "timeout_s:=0.2"),
            "policy_node": (f"checkpoint:={checkpoint}", f"robot:={robot}", *steady),
        }
        self._processes: dict[str, Any] = {}

    def process(self, node: str) -> Any:
        known = self._processes.get(node)
        if known is None or known.poll() is not None:
            self._processes[node] = self._start(*self._given[node], node=node)
        return self._processes[node]

    def close(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                # Killed, it would still be seen by the next file's nodes.
                self._stop(process)


@pytest.fixture(scope="module")
def pair(checkpoint: Path, robot: Path, start: Any, stop: Any) -> Iterator[Pair]:
    made = Pair(start, stop, checkpoint, robot)
    yield made
    made.close()


Watched = Callable[[], tuple[Any, Any, Feed]]


@pytest.fixture
def watched(pair: Pair, client: Any) -> Watched:
    """Function: a policy that moves the robot, its watchdog, and the robot's feed."""
    feed = Feed(client)

    def begin() -> tuple[Any, Any, Feed]:
        dog, policy = pair.process("watchdog_node"), pair.process("policy_node")
        feed.pose = HOME
        feed.commands.clear()
        client.heard.clear()
        feed.until(feed.is_answered, 90)
        feed.pose = MOVED
        feed.run(0.5)
        return policy, dog, feed

    return begin


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_policy_that_is_killed_or_stopped_is_brought_to_rest_by_the_watchdog(
    watched: Watched, number: signal.Signals
) -> None:
    late_s: list[float] = []
    while not late_s or (min(late_s) > REST_S and len(late_s) < TRIES):
        policy, dog, feed = watched()
        since_s = time.time()
        policy.send_signal(number)
        late_s.append(feed.rest_after(since_s))
        assert dog.poll() is None
        if number == signal.SIGSTOP:
            policy.send_signal(signal.SIGCONT)
    assert min(late_s) <= REST_S, late_s
    if number == signal.SIGSTOP:
        feed.until(lambda: ACTED in feed.told.problem)
        feed.run(0.3)
        silent = len(feed.commands)
        feed.run(0.3)
        assert len(feed.commands) == silent
        feed.client.client.call_async(feed.client.trigger.Request())
        feed.until(lambda: len(feed.commands) > silent)


def test_without_its_watchdog_the_policy_comes_to_rest_itself(watched: Watched) -> None:
    late_s: list[float] = []
    # The guard's patience is the loop's time-out, which this test has set to 2 s; three steps of
    # control may pass until the rest is sent.
    while not late_s or (min(late_s) > 2.6 and len(late_s) < TRIES):
        policy, dog, feed = watched()
        since_s = time.time()
        dog.kill()
        late_s.append(feed.rest_after(since_s))
        dog.wait()
        assert policy.poll() is None
    assert min(late_s) <= 2.6, late_s
    feed.until(lambda: "the watchdog was not heard" in feed.told.problem)
