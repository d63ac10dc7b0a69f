"""How long pre-flight alone looks, and what it says meanwhile."""

from __future__ import annotations

from afil_teleop.recording.preflight import SIMULATORS_PATIENCE_S, Preflight

NO_CLOCK = "simulated time is on and nothing publishes /clock"


def looked(seconds: int, patience_s: float) -> tuple[Preflight, list[str]]:
    said: list[str] = []
    preflight = Preflight(
        lambda: [NO_CLOCK], {}, lambda level, line: said.append(line), patience_s
    )
    for second in range(seconds + 1):
        preflight.tick(100.0 + second)
    return preflight, said


def test_what_a_simulator_is_waited_for_is_said_once_while_it_may_still_load() -> None:
    preflight, said = looked(50, SIMULATORS_PATIENCE_S)
    assert preflight.exit_code is None
    assert said == [f"waiting for the simulator, up to 60 s: {NO_CLOCK}"]


def test_a_simulator_that_does_not_come_is_a_problem() -> None:
    preflight, said = looked(61, SIMULATORS_PATIENCE_S)
    assert preflight.exit_code == 1
    assert said[1:] == [NO_CLOCK, "pre-flight: 1 problem(s)"]


def test_a_robot_is_waited_for_no_longer_than_its_drivers_need() -> None:
    preflight, said = looked(10, 10.0)
    assert preflight.exit_code == 1
    assert said == [NO_CLOCK, "pre-flight: 1 problem(s)"]
