"""A robot's own error recovery, as a guard knows it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.guards import GUARDS
from afil_policy.deploy.recovery import recover

SUCCEEDED, ABORTED = 4, 6


class Done:
    """A future that is done."""

    def __init__(self, result: Any) -> None:
        self._result = result

    def result(self) -> Any:
        return self._result

    def add_done_callback(self, then: Any) -> None:
        then(self)


def outcome(contract: Contract, *, accepted: bool = True, status: int = SUCCEEDED) -> str | None:
    """What is told of a recovery that ends so."""
    handle = SimpleNamespace(
        accepted=accepted, get_result_async=lambda: Done(SimpleNamespace(status=status))
    )
    client = SimpleNamespace(
        wait_for_server=lambda timeout_sec: True,
        send_goal_async=lambda goal: Done(handle),
        destroy=lambda: None,
    )
    ros: Any = SimpleNamespace(
        action=lambda name: SimpleNamespace(Goal=object), action_client=lambda *_: client
    )
    kind = GUARDS.get("franka_mode")
    told: list[str | None] = []
    recover(None, ros, [kind(kind.Config(), contract)], told.append)
    (problem,) = told
    return problem


def test_only_a_recovery_that_succeeded_lets_guards_go(contract: Contract) -> None:
    assert outcome(contract) is None
    name = "/action_server/error_recovery"
    assert outcome(contract, status=ABORTED) == f"action {name} did not recover the robot"
    assert outcome(contract, accepted=False) == f"action {name} refused to recover the robot"


def test_without_a_guard_that_knows_a_recovery_there_is_none() -> None:
    with pytest.raises(AfilError, match="call ~/reset"):
        recover(None, SimpleNamespace(), [], lambda problem: None)  # type: ignore[arg-type]
