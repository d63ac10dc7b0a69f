"""Which of the policy nodes of one name stays, from what each says of itself on ``~/status``.

Two would command one robot, and the watchdog could not tell which of them is silent. A process
that was killed stays in the ROS graph for a while, but says nothing any more.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from afil_core import messages
from afil_core.errors import AfilError

TYPE = "afil_interfaces/msg/PolicyStatus"
# Who lives is heard once a second, and five times a second while it waits; a busy machine is late.
LISTEN_S = 2.5
_RECENT_S = 2.5


@dataclass(frozen=True, order=True)
class Identity:
    """A policy node's process; the smaller one is the older.

    Attributes:
        started_ns: Since when it exists, on the machine's clock.
        process: Host and process id.
    """

    started_ns: int = field(default_factory=time.time_ns)
    process: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")


class RollCall:
    """Decides whether a node may have its name.

    One that has it keeps it. Of those that want it at the same time the oldest gets it. One that
    is silent was killed, hangs, or still loads: the graph forgets the first within seconds.

    Args:
        name: The node's full name.
        own: Who asks.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self, name: str, own: Identity, *, wall_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._own, self._wall_s = name, own, wall_s
        self._younger: dict[Identity, float] = {}
        self._winner: Identity | None = None

    def hear(self, cdr: bytes) -> None:
        """Take a status that a node of this name published."""
        try:
            said = messages.deserialize(cdr, TYPE)
        except AfilError:
            return  # Of another version: it stays unheard, and is refused as one that hangs.
        who = Identity(messages.stamp_to_ns(said.started), str(said.process))
        if who == self._own:
            return
        if said.holds_name or who < self._own:
            self._winner = who
        else:
            self._younger[who] = self._wall_s()

    def is_won(self, in_graph: int) -> bool:
        """Whether the name is free for this node.

        Args:
            in_graph: Nodes of this name in the ROS graph, with this one.

        Raises:
            AfilError: When another one has it, or is older.
        """
        if self._winner is not None:
            raise AfilError(
                f"another {self._name} runs (process {self._winner.process}): no watchdog could "
                "tell which of the two is silent, and both would command one robot; end the other "
                "one, or give this one a namespace:="
            )
        now_s = self._wall_s()
        yielding = sum(now_s - at_s <= _RECENT_S for at_s in self._younger.values())
        return in_graph <= 1 + yielding

    def hangs(self, waited_s: float) -> AfilError:
        """What is said of another one that stays in the graph and silent."""
        return AfilError(
            f"another {self._name} is in the ROS graph and has said nothing for {waited_s:.0f} s: "
            "it hangs or still loads; end it, or give this one a namespace:="
        )
