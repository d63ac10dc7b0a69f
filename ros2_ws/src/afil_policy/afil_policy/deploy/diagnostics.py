"""The control loop's status as ``diagnostic_msgs/DiagnosticArray``."""

from __future__ import annotations

from afil_core import messages
from afil_policy.deploy.latency import LatencySummary
from afil_policy.deploy.status import ControlStatus

TOPIC = "/diagnostics"
TYPE = "diagnostic_msgs/msg/DiagnosticArray"
_OK, _WARN, _ERROR = 0, 1, 2


def encode_diagnostics(
    stamp_ns: int, *, node: str, state: str, checkpoint: str, status: ControlStatus | None
) -> bytes:
    """CDR bytes of one status.

    Args:
        stamp_ns: The node's clock.
        node: Name of the node.
        state: Lifecycle state, e.g. ``active``.
        checkpoint: Folder of the checkpoint.
        status: Status of the loop; None while there is no loop.
    """
    level, text = _judge(state, status)
    values = {"state": state, "checkpoint": checkpoint}
    if status is not None:
        values |= {
            "commands": str(status.commands),
            "refusals": str(status.refusals),
            "clipped": str(status.clipped),
            "watchdog stops": str(status.stops),
            **_latency("stamp to command", status.stamp_to_command),
            **_latency("frame to command", status.frame_to_command),
        }
    entry = messages.new(
        "diagnostic_msgs/msg/DiagnosticStatus",
        level=level,
        name=f"{node}: policy",
        message=text,
        hardware_id="",
        values=[
            messages.new("diagnostic_msgs/msg/KeyValue", key=k, value=v) for k, v in values.items()
        ],
    )
    return messages.serialize(
        messages.new(TYPE, header=messages.header(stamp_ns, ""), status=[entry])
    )


def _judge(state: str, status: ControlStatus | None) -> tuple[int, str]:
    if status is None or state != "active":
        return _WARN, f"{state}: nothing is commanded"
    if status.problem is not None:
        return _ERROR, status.problem
    return _OK, "commanding"


def _latency(name: str, summary: LatencySummary | None) -> dict[str, str]:
    if summary is None:
        return {}
    parts = {"p50": summary.p50_s, "p95": summary.p95_s, "p99": summary.p99_s}
    return {f"{name} {k} (ms)": f"{1000 * v:.2f}" for k, v in parts.items()}
