"""What the log says of a policy that commands nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from afil_policy.deploy.announcer import Announcer


class Node:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def create_publisher(self, *_: Any) -> None:
        return None

    def get_logger(self) -> Any:
        return SimpleNamespace(warning=self.said.append)


def test_a_reason_that_comes_right_after_another_is_said_when_it_stays() -> None:
    node, clock = Node(), [10.0]
    ros: Any = SimpleNamespace(message=lambda name: name)
    announcer = Announcer(node, ros, wall_s=lambda: clock[0])

    def look(at_s: float, problem: str | None) -> bool:
        clock[0] = at_s
        deployment: Any = SimpleNamespace(problem=problem)
        return announcer.problem_changed(deployment)

    assert look(10.0, "no watchdog")
    assert not look(10.1, "it was stopped")
    assert node.said == ["no command: no watchdog"]
    assert not look(11.0, "it was stopped")
    assert not look(12.0, "it was stopped")
    assert node.said == ["no command: no watchdog", "no command: it was stopped"]
    assert look(12.1, None)
    assert not look(12.2, None)
    # The same reason again is news, but not at once.
    assert look(12.3, "it was stopped")
    look(13.5, "it was stopped")
    assert len(node.said) == 3
