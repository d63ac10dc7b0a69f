"""What a node finds of others on the graph."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from afil_core.errors import AfilError
from afil_policy.deploy.connections import Connections


def _connections(node: Any) -> Connections:
    return Connections(node, None)  # type: ignore[arg-type]


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Any:
    from afil_core.testing import ros_environment

    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy

    contexts = []

    def make(namespace: str) -> Any:
        context = rclpy.Context()
        rclpy.init(context=context)
        contexts.append(context)
        return rclpy.create_node("policy_node", namespace=namespace, context=context)

    yield make
    for context in contexts:
        rclpy.try_shutdown(context=context)


def _wait_until_known(node: Any, count: int) -> None:
    end = time.monotonic() + 20
    while len(node.get_node_names_and_namespaces()) < count:
        assert time.monotonic() < end, "the other node was not discovered"
        time.sleep(0.05)


def test_a_second_node_of_a_name_is_refused_in_its_own_namespace_alone(nodes: Any) -> None:
    first, other = nodes("left"), nodes("right")
    _wait_until_known(first, 2)
    _connections(first).require_sole(0.0)
    second = nodes("left")
    _wait_until_known(second, 3)
    with pytest.raises(AfilError, match="another /left/policy_node runs"):
        _connections(second).require_sole(0.0)
    _connections(other).require_sole(0.0)


def test_one_that_goes_is_waited_for(nodes: Any) -> None:
    first, second = nodes("left"), nodes("left")
    _wait_until_known(second, 2)
    threading.Timer(0.3, first.destroy_node).start()
    _connections(second).require_sole(10.0)
