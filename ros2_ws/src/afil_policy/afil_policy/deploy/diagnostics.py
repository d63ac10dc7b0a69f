"""The control loop's health, in words: what ``/diagnostics`` says of a policy node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from afil_policy.deploy.latency import LatencySummary
from afil_policy.deploy.status import ControlStatus

Level = Literal["OK", "WARN", "ERROR"]


def judge(
    state: str, failure: str | None, status: ControlStatus | None, *, shadow: bool = False
) -> tuple[Level, str]:
    """How a policy node is, and in one sentence why.

    Args:
        state: Label of its lifecycle state.
        failure: What its last transition failed of; None when it did not.
        status: Status of the loop; None while there is no loop.
        shadow: Whether it looks on alone.
    """
    if failure is not None:
        return "ERROR", f"{state}: {failure}"
    if status is None or state != "active":
        return "WARN", f"{state}: nothing is commanded"
    if status.problem is not None:
        return "ERROR", status.problem
    return "OK", "looking on, nothing is commanded (shadow)" if shadow else "commanding"


def values(state: str, checkpoint: str, status: ControlStatus | None) -> dict[str, str]:
    """Facts by name, for people who look into it."""
    facts = {"state": state, "checkpoint": checkpoint}
    if status is not None:
        facts |= {
            "commands": str(status.commands),
            "refusals": str(status.refusals),
            "clipped": str(status.clipped),
            "chunks dropped": str(status.dropped),
            "chunks late": str(status.late),
            "deadline misses": str(status.misses),
            "watchdog stops": str(status.stops),
            **dict(_latency("stamp to command", status.stamp_to_command)),
            **dict(_latency("frame to command", status.frame_to_command)),
        }
    return facts


def _latency(name: str, summary: LatencySummary | None) -> Iterator[tuple[str, str]]:
    if summary is not None:
        parts = {"p50": summary.p50_s, "p95": summary.p95_s, "p99": summary.p99_s}
        for part, seconds in parts.items():
            yield f"{name} {part} (ms)", f"{1000 * seconds:.2f}"
