"""What a watchdog's process does: it rests a robot whose commander has ceased to live."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

from afil_core.kinds import Observation
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.supervision.watchdog import Watchdog
from afil_core.timeline.newest import NewestValues

M = TypeVar("M")
# What brings the robot to rest, from what is measured (values by stream) and the node's clock.
Rest = Callable[[Mapping[str, NDArray[Any]], int], Sequence[M]]

# A rest is said again for as long: its topic's reader may have to find this process first.
_REPEAT_S = 1.0


class Supervisor(Generic[M]):
    """Listens to the heartbeat of who commands, and rests the robot when it ceases.

    Args:
        rest: Makes what brings the robot to rest; given the newest fresh value of each stream,
            of which any may be missing.
        streams: Observations that a rest may need.
        timeout_s: Longest wall time between two heartbeats of a process that commands.
        wall_s: Steady clock, seconds.

    Attributes:
        streams: As given.
        stops: How often it brought the robot to rest.
    """

    def __init__(
        self,
        rest: Rest[M],
        streams: Sequence[Observation],
        *,
        timeout_s: float,
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rest = rest
        self._wall_s = wall_s
        self.streams = tuple(streams)
        self._newest = NewestValues(self.streams, wall_s=wall_s)
        self._watchdog = Watchdog(timeout_s)
        self._resting_until_s = 0.0
        self._held: Sequence[M] = ()
        self._heard_s: float | None = None
        self.stops = 0

    @property
    def is_watching(self) -> bool:
        """Whether a process that commands was heard last: the robot may be moving."""
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
        """Take one heartbeat of who commands."""
        heartbeat = Heartbeat.decode(cdr)
        if heartbeat is None:
            return
        self._heard_s = self._wall_s()
        self._resting_until_s = 0.0
        if heartbeat.is_commanding:
            self._watchdog.feed(self._heard_s)
        else:
            self._watchdog.rest()

    def poll(self, now_ns: int) -> Sequence[M]:
        """What brings the robot to rest, when it has to be.

        It is found once, from what is measured then or, where nothing is fresh, as soon as
        something is; and said again until a second is over.

        Args:
            now_ns: The node's clock.
        """
        now_s = self._wall_s()
        if self._watchdog.expired(now_s):
            self.stops += 1
            self._resting_until_s, self._held = now_s + _REPEAT_S, ()
        if now_s >= self._resting_until_s:
            return ()
        if not self._held:
            fresh = self._newest.fresh([stream.name for stream in self.streams])
            self._held = self._rest(fresh, now_ns)
        return self._held
