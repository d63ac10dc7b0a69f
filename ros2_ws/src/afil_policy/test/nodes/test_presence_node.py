"""Policy nodes of one name on one graph."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from afil_core.errors import AfilError
from afil_core.testing import ros_environment
from afil_policy.deploy.announcer import Announcer


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    import rclpy
    from rosidl_runtime_py.utilities import get_message

    contexts = []
    ros: Any = SimpleNamespace(message=get_message)

    def made(namespace: str) -> tuple[Any, Announcer]:
        context = rclpy.Context()
        rclpy.init(context=context)
        contexts.append(context)
        node = rclpy.create_node("policy_node", namespace=namespace, context=context)
        return node, Announcer(node, ros)

    yield made
    for context in contexts:
        rclpy.try_shutdown(context=context)


def until_known(node: Any, count: int) -> None:
    end = time.monotonic() + 20
    own = (node.get_name(), node.get_namespace())
    while node.get_node_names_and_namespaces().count(own) < count:
        assert time.monotonic() < end, "the other node was not discovered"
        time.sleep(0.05)


class Start(threading.Thread):
    """A node that takes its name, as if in a process of its own, which ends where it may not."""

    def __init__(self, node: Any, claimant: Announcer, patience_s: float = 20.0) -> None:
        super().__init__(daemon=True)
        self.claimant, self.refusal = claimant, ""
        self._node, self._patience_s = node, patience_s
        self.start()

    def run(self) -> None:
        from afil_policy.nodes.presence_node import require_sole

        try:
            require_sole(self._node, self.claimant, self._patience_s)
        except AfilError as error:
            self.refusal = str(error)
            self._node.destroy_node()

    def end(self) -> str:
        self.join(30)
        assert not self.is_alive()
        return self.refusal


@pytest.fixture
def speak() -> Any:
    """Function that lets an announcer speak as a node that spins does, until the test ends."""
    over = threading.Event()
    threads = []

    def begin(claim: Callable[[], None]) -> None:
        def go_on() -> None:
            while not over.wait(0.2):
                claim()

        threads.append(threading.Thread(target=go_on))
        threads[-1].start()

    yield begin
    over.set()
    for thread in threads:
        thread.join()


def test_a_second_living_one_is_refused_at_once_and_in_its_own_namespace_alone(
    make: Any, speak: Any
) -> None:
    (first, claimant), (other, elsewhere) = make("left"), make("right")
    assert Start(first, claimant).end() == ""
    speak(claimant.claim)
    second, late = make("left")
    until_known(second, 2)
    begun_s = time.monotonic()
    assert f"another /left/policy_node runs (process {claimant.own.process})" in (
        Start(second, late).end()
    )
    assert time.monotonic() - begun_s < 15.0
    assert claimant.holds_name and not late.holds_name
    assert Start(other, elsewhere).end() == ""


def test_of_two_that_start_at_the_same_moment_exactly_one_stays(make: Any) -> None:
    (first, older), (second, younger) = make("left"), make("left")
    for node in (first, second):
        until_known(node, 2)
    starts = [Start(second, younger), Start(first, older)]
    refusals = [start.end() for start in starts]
    assert "runs (process" in refusals[0] and refusals[1] == ""
    assert older.holds_name and not younger.holds_name


def test_one_that_is_silent_is_waited_for_until_the_graph_has_forgotten_it(make: Any) -> None:
    (first, _), (second, claimant) = make("left"), make("left")
    until_known(second, 2)
    threading.Timer(0.5, first.destroy_node).start()
    assert Start(second, claimant).end() == ""


def test_one_that_stays_silent_and_in_the_graph_is_refused(make: Any) -> None:
    (_, _), (second, claimant) = make("left"), make("left")
    until_known(second, 2)
    assert "has said nothing for 1 s" in Start(second, claimant, patience_s=1.0).end()
