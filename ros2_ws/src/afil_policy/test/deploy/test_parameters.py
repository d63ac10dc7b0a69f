"""How long a deployed policy is patient, by who waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from afil_policy.deploy.parameters import DeployArguments

# carla-ros-bridge waits so long for a control, and so long again for a sensor.
BRIDGE_S = 1.0 + 1.0


@pytest.mark.parametrize("given", [{}, {"sim": True}, {"takeover": True}, {"pacing": "frame"}])
def test_a_simulator_that_waits_for_the_policy_may_take_its_time(given: dict[str, Any]) -> None:
    assert DeployArguments(**given).frame_timeout_s("simulated") > BRIDGE_S


@pytest.mark.parametrize(
    ("given", "clock"),
    [
        ({}, "system"),
        ({"pacing": "steady"}, "simulated"),
        ({"use_sim_time": "false"}, "simulated"),
        ({"sim": True, "mode": "real_time"}, "simulated"),
    ],
)
def test_what_goes_on_by_itself_is_not_waited_for(given: dict[str, Any], clock: str) -> None:
    assert DeployArguments(**given).frame_timeout_s(clock) == 0.25


def test_a_patience_that_is_given_counts_and_is_no_business_of_the_watchdogs() -> None:
    given = DeployArguments(watchdog_timeout_s=20.0)
    assert given.frame_timeout_s("simulated") == given.frame_timeout_s("system") == 20.0
    assert given.heartbeat_timeout_s == 0.25
