"""What each guard lets pass, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from afil_core import messages
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.testing import changed
from afil_policy.deploy.guards import GUARDS, Guard
from afil_policy.deploy.guards.build import build_guards
from afil_policy.deploy.guards.carla_override import CarlaOverride


def made(name: str, contract: Contract, **options: Any) -> Guard:
    kind = GUARDS.get(name)
    return kind(kind.Config(**options), contract)


def hear(guard: Guard, now_s: float, **fields: Any) -> None:
    (topic,) = guard.topics
    guard.receive(topic.name, messages.serialize(messages.new(topic.type, **fields)), now_s)


def said(guard: Guard, now_s: float = 0.0) -> str:
    return guard.verdict(now_s) or ""


def test_a_reflex_stops_until_a_reset_and_names_its_errors(contract: Contract) -> None:
    guard = made("franka_mode", contract)
    assert "nothing is heard" in said(guard)
    hear(guard, 1.0, robot_mode=2)
    assert said(guard, 1.1) == ""
    errors = messages.new("franka_msgs/msg/Errors", cartesian_reflex=True, joint_reflex=True)
    hear(guard, 1.2, robot_mode=4, current_errors=errors)
    assert "mode reflex, errors: joint_reflex, cartesian_reflex" in said(guard, 1.2) or (
        "cartesian_reflex" in said(guard, 1.2) and "joint_reflex" in said(guard, 1.2)
    )
    hear(guard, 1.3, robot_mode=2)
    assert "reflex" in said(guard, 1.3)
    guard.reset()
    assert said(guard, 1.3) == ""
    assert "was not heard for 0.70 s" in said(guard, 2.0)
    assert guard.recovery == ("/action_server/error_recovery", "franka_msgs/action/ErrorRecovery")


@pytest.mark.parametrize("mode", [0, 3, 4, 5, 6, 99])
def test_no_other_mode_than_move_and_idle_is_let_pass(contract: Contract, mode: int) -> None:
    guard = made("franka_mode", contract)
    hear(guard, 1.0, robot_mode=mode)
    assert "the arm is in mode" in said(guard, 1.0)


def test_a_contact_stops_until_a_reset(contract: Contract) -> None:
    guard = made("contact", contract, topic="wrench", max_force_n=10.0)

    def push(force: float) -> Any:
        return messages.new(
            "geometry_msgs/msg/Wrench", force=messages.new("geometry_msgs/msg/Vector3", z=force)
        )

    hear(guard, 1.0, wrench=push(-9.0))
    assert said(guard) == ""
    hear(guard, 1.0, wrench=push(-11.0))
    hear(guard, 1.0, wrench=push(float("nan")))
    assert "the arm is in contact" in said(guard)
    hear(guard, 1.1, wrench=push(0.0))
    assert "the arm is in contact" in said(guard)
    guard.reset()
    assert said(guard) == ""


def test_where_no_force_is_heard_of_nothing_is_commanded(contract: Contract) -> None:
    guard = made("contact", contract, topic="wrench")
    assert "nothing is heard of the arm's force (/wrench)" in said(guard, 1.0)
    hear(guard, 1.0)
    assert said(guard, 1.15) == ""
    assert "was not heard for 0.50 s" in said(guard, 1.5)
    hear(guard, 1.6)
    assert said(guard, 1.6) == ""


def test_the_operator_has_to_hold_the_switch(contract: Contract) -> None:
    guard = made("operator", contract)
    assert "does not hold the switch" in said(guard)
    hear(guard, 1.0, data=True)
    assert said(guard, 1.2) == ""
    assert "does not hold the switch" in said(guard, 1.3)
    hear(guard, 1.4, data=True)
    hear(guard, 1.41, data=False)
    assert "does not hold the switch" in said(guard, 1.42)


def test_a_person_who_drives_is_not_disturbed() -> None:
    (_, guard) = build_guards(load_contract("carla"))
    hear(guard, 1.0, data=True)
    assert "a person drives" in said(guard)
    hear(guard, 1.1, data=False)
    assert said(guard) == ""


def test_a_second_commander_is_named(contract: Contract) -> None:
    guard = made("commander", contract)
    assert "not known yet" in said(guard), "nobody has looked"
    guard.look({"/target_pose": [], "/twist": []})
    assert said(guard) == ""
    guard.look({"/target_pose": ["/teleop"]})
    assert "/teleop publishes on /target_pose, too" in said(guard)
    guard.reset()
    assert "not known yet" in said(guard)


def test_a_watchdog_that_acted_wants_a_reset(contract: Contract) -> None:
    guard = made("watchdog", contract, timeout_s=0.2)
    assert "no watchdog runs" in said(guard)
    (topic,) = guard.topics
    guard.receive(topic.name, Heartbeat(0, stops=3).encode(1), 1.0)
    assert said(guard, 1.1) == ""
    guard.receive(topic.name, Heartbeat(1, stops=4).encode(1), 1.1)
    assert "brought the robot to rest" in said(guard, 1.1)
    guard.receive(topic.name, Heartbeat(0, stops=0).encode(1), 1.1)
    assert "brought the robot to rest" in said(guard, 1.1), "another one was started"
    guard.reset()
    assert said(guard, 1.1) == ""
    assert "was not heard for 0.90 s" in said(guard, 2.0)


def test_guards_are_the_contracts_or_those_that_are_named(contract: Contract) -> None:
    def names(choice: str) -> list[str]:
        return [type(g).__name__ for g in build_guards(contract, choice)]

    assert names("contract") == ["SoleCommander", "FrankaMode", "ContactForce"]
    assert names("none") == []
    assert names("operator") == ["SoleCommander", "OperatorEnable"]
    with pytest.raises(AfilError, match="there is no guard 'operater'; did you mean 'operator'"):
        build_guards(contract, "operater")
    wrong = changed(contract, {"guards": {"contact": {"max_force": 3}}})
    with pytest.raises(AfilError, match=r"guards\.contact"):
        build_guards(wrong)


def test_a_person_at_the_wheel_is_known_by_the_contracts_take_over(contract: Contract) -> None:
    carla = load_contract("carla")
    assert carla.takeover is not None
    (guard,) = (g for g in build_guards(carla) if isinstance(g, CarlaOverride))
    (topic,) = guard.topics
    assert topic.name == carla.takeover.override
    assert said(guard) == ""
    for drives in (True, False):
        flag = messages.new("std_msgs/msg/Bool", data=drives)
        guard.receive(topic.name, messages.serialize(flag), 1.0)
        assert ("a person drives" in said(guard)) == drives
    with pytest.raises(AfilError, match=r"has no takeover\.override"):
        made("carla_override", contract)
    other = made("carla_override", contract, topic="driver/override")
    assert [t.name for t in other.topics] == ["/driver/override"]
