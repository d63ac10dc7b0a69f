"""The message by which a process that commands and its watchdog know that the other one lives."""

from __future__ import annotations

from typing import NamedTuple

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.topics import Qos

TYPE = "afil_interfaces/msg/Heartbeat"
QOS = Qos(depth=1)
PERIOD_S = 0.05
# Relative: each robot of a namespace has its own.
POLICY_TOPIC = "policy_node/heartbeat"
TELEOP_TOPIC = "teleop_node/heartbeat"
WATCHDOG_TOPIC = "watchdog_node/heartbeat"


class Heartbeat(NamedTuple):
    """One heartbeat.

    Attributes:
        sequence: Counts up from 0.
        is_commanding: Whether the robot may be moving by this process's commands.
        stops: Times that this process brought the robot to rest because something failed.
    """

    sequence: int
    is_commanding: bool = False
    stops: int = 0

    def encode(self, stamp_ns: int) -> bytes:
        """CDR bytes.

        Args:
            stamp_ns: The node's clock.
        """
        message = messages.new(
            TYPE,
            stamp=messages.ns_to_stamp(max(stamp_ns, 0)),
            sequence=self.sequence,
            commanding=self.is_commanding,
            stops=self.stops,
        )
        return messages.serialize(message)

    @staticmethod
    def decode(cdr: bytes) -> Heartbeat | None:
        """Read what :meth:`encode` wrote; None where the bytes are something else."""
        try:
            message = messages.deserialize(cdr, TYPE)
        except AfilError:
            return None
        return Heartbeat(int(message.sequence), bool(message.commanding), int(message.stops))
