"""A policy node's health in words."""

from __future__ import annotations

from afil_policy.deploy.diagnostics import judge, values
from afil_policy.deploy.status import Tally


def test_only_a_node_that_commands_is_well() -> None:
    tally = Tally()
    waiting = tally.status(clipped=0, dropped=0)
    assert judge("active", None, waiting) == ("ERROR", "no frame has arrived yet")
    tally.commanded(0.02, 0.01)
    commanding = tally.status(clipped=0, dropped=0)
    assert judge("active", None, commanding) == ("OK", "commanding")
    assert judge("active", None, commanding, shadow=True) == (
        "OK", "looking on, nothing is commanded (shadow)"
    )  # fmt: skip
    assert judge("inactive", None, commanding)[0] == "WARN"
    assert judge("unconfigured", None, None) == ("WARN", "unconfigured: nothing is commanded")


def test_what_a_transition_failed_of_is_an_error_in_every_state() -> None:
    assert judge("unconfigured", "no checkpoint", None) == ("ERROR", "unconfigured: no checkpoint")


def test_values_tell_counts_and_latencies() -> None:
    tally = Tally()
    assert values("inactive", "x", None) == {"state": "inactive", "checkpoint": "x"}
    tally.commanded(0.02, 0.01)
    told = values("active", "x", tally.status(clipped=2, dropped=1))
    assert (told["commands"], told["clipped"], told["chunks dropped"]) == ("1", "2", "1")
    assert told["frame to command p99 (ms)"] == "10.00"
