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
    """The readers of a service's replies are found after a while; a reply before that is lost.

    They are looked for first when a request has come, and found some turns of the executor later.
    """

    def __init__(self, service, turns, monkeypatch):
        writer = service._writer
        self._find, self._write = writer.reader_user_data, writer.write
        self._turns, self._first = turns, None
        self.lost = 0
        monkeypatch.setattr(writer, "reader_user_data", self._readers)
        monkeypatch.setattr(writer, "write", self._send)

    @property
    def is_over(self):
        return self._first is not None and len(self._turns) > self._first + 10

    def _readers(self):
        if self._first is None:
            self._first = len(self._turns)
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
    turns = []
    discovery = SlowDiscovery(service, turns, monkeypatch)
    future = client.call_async(Trigger.Request())
    asks.create_timer(0.02, lambda: turns.append(True))
    executor.spin_until_future_complete(future, 20.0)
    assert future.done(), "the executor goes on meanwhile"
    assert future.result().success and discovery.lost == 0


def test_an_answer_whose_client_is_never_discovered_is_said(nodes, monkeypatch, capfd):
    asks, answers, executor = nodes
    monkeypatch.setattr("rclpy.service._LONGEST_WAIT_S", 0.0)
    monkeypatch.setattr("rclpy.service._PATIENCE_S", 0.1)
    service = answers.create_service(Trigger, "/never", answer)
    client = asks.create_client(Trigger, "/never")
    assert client.wait_for_service(5.0)
    SlowDiscovery(service, [], monkeypatch)
    future = client.call_async(Trigger.Request())
    said, deadline = "", time.monotonic() + 20.0
    while "/never may be lost: its client's reader was not discovered" not in said:
        assert time.monotonic() < deadline, said
        executor.spin_until_future_complete(future, 0.1)
        said += capfd.readouterr().err
    assert not future.done()
