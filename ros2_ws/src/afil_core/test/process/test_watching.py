"""The heartbeat of a process that ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from afil_core.supervision import heartbeat
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.testing import ros_environment

pytest.importorskip("rosidl_runtime_py")
pytest.importorskip("diagnostic_updater")


class Slow:
    """A publisher whose last message takes so long to arrive, s."""

    def __init__(self, takes_s: float) -> None:
        self._until_s = time.monotonic() + takes_s

    def wait_for_all_acked(self, timeout: Any) -> bool:
        left_s = self._until_s - time.monotonic()
        time.sleep(max(min(left_s, timeout.nanoseconds * 1e-9), 0.0))
        return time.monotonic() >= self._until_s


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy

    context = rclpy.Context()
    rclpy.init(context=context)
    made = rclpy.create_node("teleop_node", context=context)
    yield made
    made.destroy_node()
    rclpy.try_shutdown(context=context)


def last_words(node: Any, takes_s: float, patience_s: float) -> list[Heartbeat]:
    """What is heard of a commanding node that ends."""
    import rclpy
    from rclpy.qos import QoSProfile

    from afil_core.process.interfaces import get_message
    from afil_core.process.watching import Pulse

    heard: list[bytes] = []
    # A node of its own: who ends does not spin any more.
    listener = rclpy.create_node("listener", context=node.context)
    listener.create_subscription(
        get_message(heartbeat.TYPE),
        heartbeat.TELEOP_TOPIC,
        lambda cdr: heard.append(bytes(cdr)),
        QoSProfile(**heartbeat.QOS.profile(depth=100)),
        raw=True,
    )
    pulse = Pulse(node, lambda: True)
    end_s = time.monotonic() + 20
    while not node.count_subscribers(heartbeat.TELEOP_TOPIC):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    pulse.end([Slow(takes_s)], patience_s)
    _take(listener, heard)
    beats = [Heartbeat.decode(cdr) for cdr in heard]
    return [beat for beat in beats if beat is not None]


def _take(node: Any, heard: list[bytes]) -> None:
    import rclpy

    executor = rclpy.executors.SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    seen, end_s = -1, time.monotonic() + 1.0
    while seen < len(heard) or time.monotonic() < end_s:
        seen = len(heard)
        executor.spin_once(timeout_sec=0.1)
    executor.shutdown()


def test_while_the_last_command_is_on_its_way_the_process_says_that_it_lives(node: Any) -> None:
    beats = last_words(node, takes_s=0.45, patience_s=2.0)
    before = [beat for beat in beats if beat.is_commanding]
    assert len(before) >= 4, beats
    assert not beats[len(before)].is_commanding


def test_a_command_that_does_not_arrive_is_left_to_the_watchdog(node: Any) -> None:
    beats = last_words(node, takes_s=60.0, patience_s=0.2)
    assert beats and all(beat.is_commanding for beat in beats)
