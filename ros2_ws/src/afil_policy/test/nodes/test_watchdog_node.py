"""Policy node and watchdog as two processes: each misses the other one in time."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core import messages
from afil_core.testing import HOME
from afil_policy.deploy import status

REST_S = 0.3
MOVED = HOME + np.array([0.02, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


class Feed:
    """Sends the robot's state at 10 Hz, and notes when each command arrived."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.pose = HOME
        self.arrivals: list[tuple[float, np.ndarray[Any, Any]]] = []
        from rclpy.qos import QoSProfile
        from rosidl_runtime_py.utilities import get_message

        client.node.create_subscription(
            get_message(client.pose.type),
            client.pose.topic,
            lambda cdr: self.arrivals.append(
                (time.monotonic(), client.pose.decode(bytes(cdr)).value)
            ),
            QoSProfile(depth=100),
            raw=True,
        )

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

    def is_answered(self) -> bool:
        """Whether the policy commands; it is asked to where something holds it back."""
        told = [cdr for topic, cdr in self.client.heard if topic == self.client.status_topic]
        read = messages.deserialize(told[-1], status.TYPE) if told else None
        if read is not None and read.state == read.ACTIVE and not read.problem:
            return len(self.arrivals) >= 5
        if self.client.client.service_is_ready():
            self.client.client.call_async(self.client.trigger.Request())
        self.run(0.5)
        return False

    def rest_after(self, since_s: float) -> float:
        """Seconds until the measured pose was commanded to be held."""
        for arrived_s, pose in self.arrivals:
            if arrived_s > since_s and np.allclose(pose, self.pose, atol=1e-9):
                return arrived_s - since_s
        raise AssertionError("the robot was not brought to rest")


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


@pytest.fixture
def watched(pair: Pair, client: Any) -> tuple[Any, Any, Feed]:
    """A policy that moves the robot, its watchdog, and the robot's feed."""
    dog, policy = pair.process("watchdog_node"), pair.process("policy_node")
    feed = Feed(client)
    feed.until(feed.is_answered, 90)
    feed.pose = MOVED
    feed.run(0.5)
    return policy, dog, feed


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_policy_that_is_killed_or_stopped_is_brought_to_rest_by_the_watchdog(
    watched: tuple[Any, Any, Feed], number: signal.Signals
) -> None:
    policy, dog, feed = watched
    # The state goes on while the signal is sent, as a robot's does.
    since_s = time.monotonic()
    policy.send_signal(number)
    feed.run(0.8)
    assert feed.rest_after(since_s) <= REST_S
    assert dog.poll() is None
    if number == signal.SIGSTOP:
        policy.send_signal(signal.SIGCONT)
        feed.run(0.5)
        read = feed.client.newest(feed.client.status_topic, status.TYPE)
        assert "the watchdog brought the robot to rest" in read.problem
        silent = len(feed.arrivals)
        feed.run(0.3)
        assert len(feed.arrivals) == silent
        feed.client.client.call_async(feed.client.trigger.Request())
        feed.until(lambda: len(feed.arrivals) > silent)


def test_without_its_watchdog_the_policy_comes_to_rest_itself(
    watched: tuple[Any, Any, Feed],
) -> None:
    policy, dog, feed = watched
    since_s = time.monotonic()
    dog.kill()
    feed.run(3.0)
    # The guard's patience is the loop's time-out, which this test has set to 2 s; three steps of
    # control may pass until the rest is seen here.
    assert feed.rest_after(since_s) <= 2.6
    assert policy.poll() is None
    read = feed.client.newest(feed.client.status_topic, status.TYPE)
    assert "the watchdog was not heard" in read.problem
