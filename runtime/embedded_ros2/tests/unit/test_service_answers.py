"""A service's answer reaches a client whom discovery is slow to find."""

import time

import pytest
from std_srvs.srv import Trigger

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor


@pytest.fixture
def nodes():
    """Two nodes and their executor."""
    context = Context()
    rclpy.init(context=context)
    executor = SingleThreadedExecutor(context=context)
    made = [rclpy.create_node(name, context=context) for name in ("asks", "answers")]
    for node in made:
        executor.add_node(node)
    yield *made, executor
    executor.shutdown()
    rclpy.shutdown(context=context)


class SlowDiscovery:
    """The readers of a service's replies are found after a while; a reply before that is lost."""

    def __init__(self, service, after_s, monkeypatch):
        writer = service._writer
        self._find, self._write = writer.reader_user_data, writer.write
        self._known_s = time.monotonic() + after_s
        self.lost = 0
        monkeypatch.setattr(writer, "reader_user_data", self._readers)
        monkeypatch.setattr(writer, "write", self._send)

    @property
    def is_over(self):
        return time.monotonic() >= self._known_s

    def _readers(self):
        return self._find() if self.is_over else []

    def _send(self, payload):
        if self.is_over:
            return self._write(payload)
        self.lost += 1
        return 0


def answer(request, response):
    response.success = True
    return response


def test_an_answer_waits_until_its_client_is_discovered(nodes, monkeypatch):
    asks, answers, executor = nodes
    monkeypatch.setattr("rclpy.service._LONGEST_WAIT_S", 0.05)
    service = answers.create_service(Trigger, "/slow", answer)
    client = asks.create_client(Trigger, "/slow")
    assert client.wait_for_service(5.0)
    discovery = SlowDiscovery(service, 0.5, monkeypatch)
    began_s = time.monotonic()
    future = client.call_async(Trigger.Request())
    ticks = []
    asks.create_timer(0.02, lambda: ticks.append(time.monotonic() - began_s))
    executor.spin_until_future_complete(future, 10.0)
    assert future.done() and future.result().success and discovery.lost == 0
    assert sum(0.1 < tick < 0.45 for tick in ticks) > 5, "the executor goes on meanwhile"


def test_an_answer_whose_client_is_never_discovered_is_said(nodes, monkeypatch, capfd):
    asks, answers, executor = nodes
    monkeypatch.setattr("rclpy.service._LONGEST_WAIT_S", 0.0)
    monkeypatch.setattr("rclpy.service._PATIENCE_S", 0.1)
    service = answers.create_service(Trigger, "/never", answer)
    client = asks.create_client(Trigger, "/never")
    assert client.wait_for_service(5.0)
    SlowDiscovery(service, 60.0, monkeypatch)
    future = client.call_async(Trigger.Request())
    executor.spin_until_future_complete(future, 0.5)
    assert not future.done()
    assert "/never may be lost: its client's reader was not discovered" in capfd.readouterr().err
