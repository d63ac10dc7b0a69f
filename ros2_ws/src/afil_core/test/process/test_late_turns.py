"""Who was late itself looks one turn later."""

from __future__ import annotations

from afil_core.process.late_turns import LateTurns


def put_off(*steps_s: float) -> list[bool]:
    """Which turns are put off, of those that come after these times, where 0.05 s is late."""
    clock = [100.0]
    turns = LateTurns(0.05, wall_s=lambda: clock[0])
    found = []
    for step_s in steps_s:
        clock[0] += step_s
        found.append(turns.puts_off())
    return found


def test_turns_that_come_in_time_are_not_put_off() -> None:
    assert not any(put_off(0.01, 0.01, 0.03, 0.0, 0.01))


def test_a_turn_after_a_standstill_leaves_its_look_to_the_next_one() -> None:
    assert put_off(0.01, 2.0, 0.01, 0.01) == [False, True, False, False]


def test_where_every_turn_is_late_every_second_one_looks() -> None:
    assert put_off(*[0.2] * 6) == [True, False] * 3
