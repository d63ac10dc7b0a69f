"""How long a goal of ``~/run`` lasts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from afil_interfaces.action import RunPolicy

from afil_policy.deploy.run_action import RunAction


def test_the_time_of_a_goal_begins_when_the_model_is_loaded():
    now, told, ended = [100.0], [], []

    def load() -> None:
        now[0] += 10.0

    action = RunAction(
        RunPolicy, start=load, stop=lambda: None, status=lambda: None, wall_s=lambda: now[0]
    )
    handle = SimpleNamespace(
        request=RunPolicy.Goal(duration_s=2.0),
        is_cancel_requested=False,
        publish_feedback=told.append,
        execute=ended.append,
    )
    action.accepted(handle)
    now[0] += 1.5
    action.follow(is_active=True)
    assert told[-1].elapsed_s == 1.5 and action.is_busy and not ended
    now[0] += 0.5
    action.follow(is_active=True)
    assert not action.is_busy and ended == [action.execute]


def test_a_goal_whose_policy_is_stopped_before_its_time_does_not_succeed():
    ended: list[Any] = []
    action = RunAction(
        RunPolicy, start=lambda: None, stop=lambda: None, status=lambda: None, wall_s=lambda: 5.0
    )
    handle = SimpleNamespace(
        request=RunPolicy.Goal(duration_s=2.0),
        is_cancel_requested=False,
        publish_feedback=lambda told: None,
        execute=lambda execute: ended.append(execute(handle)),
        abort=lambda: ended.append("aborted"),
        succeed=lambda: ended.append("succeeded"),
    )
    action.accepted(handle)
    action.follow(is_active=False)
    how, result = ended
    assert (how, result.success) == ("aborted", False)
    assert "stopped before" in result.message
