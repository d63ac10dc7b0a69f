"""Memory does not grow with messages and questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from std_msgs.msg import String
from std_srvs.srv import Trigger

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor

_ROUNDS = 10_000


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


@pytest.fixture
def node():
    context = Context()
    rclpy.init(args=[], context=context)
    node = rclpy.create_node("memory", context=context)
    # As in rclpy, a node does not keep its executor alive.
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    yield node
    executor.shutdown()
    node.destroy_node()
    context.shutdown()


def _grown_kib(work, rounds: int) -> int:
    for _ in range(rounds // 10):  # What is made once is made now.
        work()
    before = _resident_kib()
    for _ in range(rounds):
        work()
    return _resident_kib() - before


@pytest.mark.parametrize("size", [400, 10_000])
def test_messages_leave_no_memory_behind(node, size):
    heard = []
    node.create_subscription(String, "leak", lambda message: heard.append(1), 10)
    publisher = node.create_publisher(String, "leak", 10)
    message = String(data="x" * size)

    def one():
        publisher.publish(message)
        node.executor.spin_once(timeout_sec=1.0)

    assert _grown_kib(one, _ROUNDS) < 2000
    assert len(heard) > _ROUNDS


def test_service_calls_leave_no_memory_behind(node):
    node.create_service(Trigger, "leak", lambda _, response: response)
    client = node.create_client(Trigger, "leak")
    assert client.wait_for_service(5.0)

    def one():
        future = client.call_async(Trigger.Request())
        node.executor.spin_until_future_complete(future, 5.0)
        assert future.done()

    assert _grown_kib(one, _ROUNDS // 5) < 2000


def test_questions_about_the_graph_leave_no_memory_behind(node):
    assert _grown_kib(lambda: node.count_publishers("/leak"), _ROUNDS) < 2000
