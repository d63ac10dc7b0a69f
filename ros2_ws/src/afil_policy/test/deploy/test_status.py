"""What a policy node says of its loop."""

from __future__ import annotations

from typing import Any

from afil_core import messages
from afil_policy.deploy.presence import Identity
from afil_policy.deploy.status import TYPE, ControlStatus, Tally, encode_status


def read(state: str, problem: str, status: ControlStatus | None) -> Any:
    cdr = encode_status(
        5_000_000_001,
        own=Identity(7_000_000_001, "lab:3"),
        holds_name=True,
        state=state,
        checkpoint="x",
        problem=problem,
        status=status,
    )
    return messages.deserialize(cdr, TYPE)


def test_the_message_tells_counts_problem_and_latency() -> None:
    tally = Tally()
    tally.refused("too dark")
    tally.stops += 1
    said = read("active", "too dark", tally.status(clipped=3, dropped=0))
    assert (said.problem, said.clipped, said.stops) == ("too dark", 3, 1)
    tally.commanded(0.02, 0.01)
    said = read("active", "", tally.status(clipped=3, dropped=0))
    assert (said.stamp.sec, said.stamp.nanosec, said.checkpoint) == (5, 1, "x")
    assert (said.started.sec, said.process, said.holds_name) == (7, "lab:3", True)
    assert (said.state, said.problem) == (said.ACTIVE, "")
    assert (said.commands, said.refusals) == (1, 1)
    assert (said.frame_to_command.count, said.frame_to_command.p99) == (1, 0.01)
    assert said.stamp_to_command.p50 == 0.02


def test_without_a_loop_there_is_a_state_and_nothing_counted() -> None:
    idle = read("unconfigured", "unconfigured: nothing is commanded", None)
    assert (idle.state, idle.frame_to_command.count) == (idle.UNCONFIGURED, 0)


def test_the_problem_lasts_until_the_next_command() -> None:
    tally = Tally()
    assert tally.status(clipped=0, dropped=0).problem == "no frame has arrived yet"
    tally.refused("too dark")
    assert tally.status(clipped=0, dropped=0).problem == "too dark"
    tally.commanded(0.02, 0.01)
    assert tally.status(clipped=0, dropped=0).problem is None
