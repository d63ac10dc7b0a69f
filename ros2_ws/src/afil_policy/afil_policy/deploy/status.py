"""What a policy node says of itself: ``afil_interfaces/msg/PolicyStatus``."""

from __future__ import annotations

from typing import Any

from afil_core import messages
from afil_policy.deploy.controller import ControlStatus
from afil_policy.deploy.latency import LatencySummary

TYPE = "afil_interfaces/msg/PolicyStatus"
_STATES = {"unconfigured": 1, "inactive": 2, "active": 3, "finalized": 4}


def encode_status(
    stamp_ns: int, *, state: str, checkpoint: str, status: ControlStatus | None
) -> bytes:
    """CDR bytes of one status.

    Args:
        stamp_ns: The node's clock.
        state: Label of the lifecycle state.
        checkpoint: Folder of the checkpoint.
        status: Status of the loop; None while there is no loop.
    """
    fields: dict[str, Any] = {}
    if status is not None:
        fields = {
            "commands": status.commands,
            "refusals": status.refusals,
            "clipped": status.clipped,
            "stops": status.stops,
            "problem": status.problem or "",
            "stamp_to_command": _latency(status.stamp_to_command),
            "frame_to_command": _latency(status.frame_to_command),
        }
    if state != "active":
        fields["problem"] = f"{state}: nothing is commanded"
    stamp = messages.ns_to_stamp(stamp_ns)
    message = messages.new(
        TYPE, stamp=stamp, state=_STATES[state], checkpoint=checkpoint, **fields
    )
    return messages.serialize(message)


def _latency(summary: LatencySummary | None) -> Any:
    name = "afil_interfaces/msg/LatencyStatistics"
    if summary is None:
        return messages.new(name)
    return messages.new(
        name, count=summary.count, p50=summary.p50_s, p95=summary.p95_s, p99=summary.p99_s
    )
