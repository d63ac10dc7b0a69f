"""What the control loop has done, and how it is said in ``afil_interfaces/msg/PolicyStatus``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from afil_core import messages
from afil_policy.deploy import presence
from afil_policy.deploy.latency import STATISTICS_TYPE, LatencyMonitor, LatencySummary, Stages
from afil_policy.deploy.presence import Identity

TYPE = presence.TYPE
_STATES = {"unconfigured": 1, "inactive": 2, "active": 3, "finalized": 4}


@dataclass(frozen=True)
class ControlStatus:
    """What the loop has done since it was made.

    Attributes:
        commands: Ticks answered with a command.
        refusals: Ticks or messages that no command could be made from.
        problem: The reason of the last refusal, if nothing was commanded since.
        clipped: Actions or targets that had to be clipped.
        dropped: Action chunks and observations that a newer one overtook.
        late: Action chunks that were over when they came.
        misses: Command cycles without an action, or begun too late.
        stops: Times that the watchdog stopped the robot.
        stamp_to_command: From the frame's stamp to the command, on the node's clock.
        frame_to_command: From the frame's arrival to the command, in wall time.
    """

    commands: int
    refusals: int
    problem: str | None
    clipped: int
    dropped: int
    late: int
    misses: int
    stops: int
    stamp_to_command: LatencySummary | None
    frame_to_command: LatencySummary | None


class Tally:
    """Counts commands and refusals.

    Attributes:
        commands: Ticks answered with a command.
        refusals: Ticks or messages that no command could be made from.
        stops: Times that the watchdog stopped the robot.
        problem: The reason of the last refusal, if nothing was commanded since.
        stages: Where the time goes.
    """

    def __init__(self) -> None:
        self.commands = 0
        self.refusals = 0
        self.stops = 0
        self.problem: str | None = None
        self.stages = Stages()
        self._since_stamp = LatencyMonitor()
        self._since_arrival = LatencyMonitor()

    def commanded(self, age_s: float, wait_s: float | None) -> None:
        """A command was given.

        Args:
            age_s: From the frame's stamp, on the node's clock.
            wait_s: From the frame's arrival, in wall time; None for a command from a frame that
                had one before.
        """
        self.commands += 1
        self.problem = None
        if wait_s is not None:
            self._since_stamp.add(age_s)
            self._since_arrival.add(wait_s)

    def refused(self, problem: str) -> None:
        """No command could be made from a tick or a message."""
        self.refusals += 1
        self.problem = problem

    def status(self, *, clipped: int, dropped: int, late: int = 0) -> ControlStatus:
        """What was counted, with counts of others."""
        idle = "no frame has arrived yet" if self.commands + self.refusals == 0 else None
        return ControlStatus(
            commands=self.commands,
            refusals=self.refusals,
            problem=self.problem or idle,
            clipped=clipped,
            dropped=dropped,
            late=late,
            misses=self.stages.misses,
            stops=self.stops,
            stamp_to_command=self._since_stamp.summary(),
            frame_to_command=self._since_arrival.summary(),
        )


def encode_status(
    stamp_ns: int,
    *,
    own: Identity,
    holds_name: bool,
    state: str,
    checkpoint: str,
    problem: str,
    status: ControlStatus | None,
) -> bytes:
    """CDR bytes of one status.

    Args:
        stamp_ns: The node's clock.
        own: The node's process.
        holds_name: Whether no other of its name may load.
        state: Label of the lifecycle state.
        checkpoint: Folder of the checkpoint.
        problem: Why nothing is commanded; empty while all is well.
        status: Status of the loop; None while there is no loop.
    """
    fields: dict[str, Any] = {}
    if status is not None:
        fields = {
            "commands": status.commands,
            "refusals": status.refusals,
            "clipped": status.clipped,
            "stops": status.stops,
            "stamp_to_command": _latency(status.stamp_to_command),
            "frame_to_command": _latency(status.frame_to_command),
        }
    message = messages.new(
        TYPE,
        stamp=messages.ns_to_stamp(stamp_ns),
        started=messages.ns_to_stamp(own.started_ns),
        process=own.process,
        holds_name=holds_name,
        state=_STATES[state],
        checkpoint=checkpoint,
        problem=problem,
        **fields,
    )
    return messages.serialize(message)


def _latency(summary: LatencySummary | None) -> Any:
    return messages.new(STATISTICS_TYPE) if summary is None else summary.message()
