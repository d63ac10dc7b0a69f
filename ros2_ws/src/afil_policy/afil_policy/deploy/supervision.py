"""What the watchdog's process does: it rests a robot whose policy has ceased to live."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from afil_core.contract import Contract
from afil_policy.deploy.adapters import Adapter, Goal, Outgoing
from afil_policy.deploy.heartbeat import Heartbeat
from afil_policy.deploy.newest import NewestValues
from afil_policy.deploy.watchdog import Watchdog

# A rest is said again for as long: its topic's reader may have to find this process first.
_REPEAT_S = 1.0


class Supervisor:
    """Listens to the heartbeat of a command loop, and rests the robot when it ceases.

    Args:
        contract: The robot's contract.
        adapter: Adapter of the interface that the policy commands; only its rest is used.
        timeout_s: Longest wall time between two heartbeats of a loop that commands.
        wall_s: Steady clock, seconds.

    Attributes:
        stops: How often it brought the robot to rest.
    """

    def __init__(
        self,
        contract: Contract,
        adapter: Adapter,
        *,
        timeout_s: float,
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._adapter = adapter
        self._wall_s = wall_s
        self._streams = adapter.streams
        self._newest = NewestValues(map(contract.stream, adapter.streams), wall_s=wall_s)
        self._watchdog = Watchdog(timeout_s)
        self._resting_until_s = 0.0
        self._held: Sequence[Outgoing | Goal] = ()
        self._heard_s: float | None = None
        self.stops = 0

    @property
    def streams(self) -> tuple[str, ...]:
        """Observations that a rest may need."""
        return self._streams

    @property
    def is_watching(self) -> bool:
        """Whether a loop that commands was heard last: the robot may be moving."""
        return self._watchdog.is_fed

    @property
    def is_resting(self) -> bool:
        """Whether it is bringing the robot to rest now."""
        return self._wall_s() < self._resting_until_s

    @property
    def silence_s(self) -> float | None:
        """Wall time since the last heartbeat, s; None before the first."""
        return None if self._heard_s is None else self._wall_s() - self._heard_s

    def receive(self, stream: str, cdr: bytes) -> None:
        """Take one message of an observation stream."""
        self._newest.receive(stream, cdr)

    def beat(self, cdr: bytes) -> None:
        """Take one heartbeat of the policy's command loop."""
        heartbeat = Heartbeat.decode(cdr)
        if heartbeat is None:
            return
        self._heard_s = self._wall_s()
        self._resting_until_s = 0.0
        if heartbeat.is_commanding:
            self._watchdog.feed(self._heard_s)
        else:
            self._watchdog.rest()

    def poll(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """Messages that bring the robot to rest, when it has to be.

        They are found once, from what is measured then, and said again for a second.

        Args:
            now_ns: The node's clock.
        """
        now_s = self._wall_s()
        if self._watchdog.expired(now_s):
            self.stops += 1
            self._resting_until_s = now_s + _REPEAT_S
            self._held = self._adapter.rest(self._newest.fresh(self._streams), now_ns)
        return self._held if now_s < self._resting_until_s else []
