"""A deployed policy on the mock of franka_ros2: some of ``make test-deploy-faults``."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from afil_core.contract import load_contract
from benchmarks.deploy.faults import RECOVERABLE, REST_S, Outcome, recover, try_out
from benchmarks.deploy.mock_franka import REFLEX
from benchmarks.deploy.rig import Rig, domain, rig

FAULTS = {f.name: f for f in RECOVERABLE}
# A machine that runs other tests meanwhile is late by itself; the make target is strict.
SLACK_S = 0.3
# What it makes late once is in time another time; a fault that is not noticed never is.
TRIES = 3
# What the policy node says where the machine, and no fault, had it stop.
BUSY = ("watchdog", "too long", "no tick")


@pytest.fixture(scope="module")
def deployed() -> Iterator[Rig]:
    with domain(), rig(load_contract("franka"), interface="pose_hand") as made:
        yield made


@pytest.mark.parametrize(
    "name", ["camera freezes with fresh stamps", "output not a number", "second commander"]
)
def test_a_fault_brings_the_arm_to_rest_and_is_named(deployed: Rig, name: str) -> None:
    fault = FAULTS[name]

    def is_noticed(outcome: Outcome) -> bool:
        return fault.says in outcome.problem and outcome.rest_s <= REST_S + SLACK_S

    outcomes: list[Outcome] = []
    while not any(map(is_noticed, outcomes)) and len(outcomes) < TRIES:
        outcomes.append(try_out(deployed, fault))
        recover(deployed)
    assert any(map(is_noticed, outcomes)), outcomes


def test_the_hands_actions_are_served_without_a_stream_of_goals(deployed: Rig) -> None:
    deployed.wait_until_moving()
    goals = deployed.robot.heard.goals
    assert {name for name, _ in goals} == {"franka_gripper/move"}
    before = len(goals)
    time.sleep(1.0)
    # A command is sent 20 times meanwhile; a busy machine may change its mind now and then.
    assert len(goals) <= before + 3
    assert goals[-1][1]["width"] == pytest.approx(0.08)


def test_a_reflex_stops_the_arm_and_recover_lets_it_go_on(deployed: Rig) -> None:
    deployed.wait_until_moving()
    deployed.robot.faults.mode = REFLEX
    deployed.robot.faults.errors = ("cartesian_reflex",)
    assert deployed.robot.wait_until(lambda: "cartesian_reflex" in deployed.problem, 20)
    assert deployed.robot.wait_until(lambda: not deployed.robot.is_moved(), 20)
    deployed.call("recover")
    for _ in range(20):
        if deployed.robot.wait_until(deployed.robot.is_moved, 2):
            break
        if any(words in deployed.problem for words in BUSY):
            deployed.call("reset")
    else:
        raise AssertionError(deployed.problem)
    assert deployed.robot.recoveries == 1
