"""The observation buffer: from messages to what a policy may look at."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.messages import peek_stamp
from afil_core.timeline import Timeline
from afil_core.timeline.newest import NewestValues
from afil_policy.deploy.frozen import FrozenImages

Observations = Mapping[str, NDArray[Any]]

# After a longer silence than this many periods the past says nothing about the present.
RESTART_PERIODS = 5
# Frames between two ticks are fewer.
_ARRIVALS = 256


@dataclass(frozen=True)
class Snapshot:
    """What is known at one tick.

    Attributes:
        stamp_ns: Stamp of the tick.
        history: Values by stream of this tick and of those before it, the newest last; as many
            as the policy sees at once, or fewer at the start.
        arrived_s: When the tick's frame arrived, on the steady clock.
        age_s: Age of the frame when it arrived, on the node's clock.
        complete_s: When the last message came that the tick waited for, on the steady clock.
    """

    stamp_ns: int
    history: tuple[Observations, ...]
    arrived_s: float
    age_s: float = 0.0
    complete_s: float = 0.0

    @property
    def observations(self) -> Observations:
        """Values by stream of this tick."""
        return self.history[-1]


class _Arrival(NamedTuple):
    stamp_ns: int
    wall_s: float
    age_s: float


class ObservationBuffer:
    """Aligns messages to ticks, as the reader of recorded episodes does, and keeps the newest.

    Args:
        contract: The robot's contract.
        streams: Names of the streams that are looked at; the anchor is always among them. All
            by default.
        frames: Ticks that the policy sees at once.
        frozen_image_s: Wall time after which a picture that stays the same is a frozen camera;
            0 for never.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self,
        contract: Contract,
        streams: Collection[str] | None = None,
        *,
        frames: int = 1,
        frozen_image_s: float = 0.0,
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeline = Timeline(contract, streams)
        self._streams = {s.name: s for s in self._timeline.streams}
        self._anchor = contract.anchor
        self._longest_ns = RESTART_PERIODS * contract.period_ns
        self._wall_s = wall_s
        self._newest = NewestValues(self._timeline.streams, wall_s=wall_s)
        self._frozen = FrozenImages(self._timeline.streams, frozen_image_s)
        self._arrived: deque[_Arrival] = deque(maxlen=_ARRIVALS)
        self._received_s = 0.0
        self._history: deque[Observations] = deque(maxlen=frames)
        self._last_ns: int | None = None

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams that are looked at."""
        return tuple(self._streams)

    @property
    def frozen(self) -> str | None:
        """A sentence while a camera is frozen."""
        return self._frozen.problem

    def receive(self, stream: str, cdr: bytes, now_ns: int) -> str | None:
        """Take one message.

        Args:
            stream: Name of its stream.
            cdr: The serialized message.
            now_ns: The node's clock.

        Returns:
            What is wrong with its time, or that its camera is frozen, as a sentence; None when
            nothing is.
        """
        if stream not in self._streams:
            return None
        now_s = self._received_s = self._wall_s()
        self._frozen.check(stream, cdr, now_s)
        if self.frozen is not None:
            return self.frozen
        self._newest.receive(stream, cdr)
        if stream == self._anchor:
            has_header = self._streams[stream].has_header
            peeked = peek_stamp(cdr) if has_header else now_ns
            stamp_ns = now_ns if peeked is None else peeked
            self._arrived.append(_Arrival(stamp_ns, now_s, (now_ns - stamp_ns) / 1e9))
        guard = self._timeline.guard
        before = guard.newest
        if not self._timeline.push(stream, cdr, now_ns):
            self._history.clear()
            self._arrived.clear()
        return None if guard.newest is None or guard.newest is before else guard.newest.text

    def poll(self, now_ns: int) -> tuple[Snapshot | None, list[str]]:
        """The newest tick that is ready.

        Args:
            now_ns: The node's clock.

        Returns:
            What is known at it, or None when there is no new tick or it lacks something; and
            why ticks could not be used, a sentence each.
        """
        ticks = self._timeline.poll(now_ns)
        problems = []
        snapshot = None
        for tick in ticks:
            if self._last_ns is not None and tick.stamp_ns - self._last_ns > self._longest_ns:
                self._history.clear()
            self._last_ns = tick.stamp_ns
            if tick.observations is not None:
                self._history.append(tick.observations)
            if tick is not ticks[-1]:
                problems.append(f"the tick at {tick.stamp_ns} ns was overtaken by a newer one")
            elif tick.observations is None:
                problems.append(tick.problem or "an observation is missing")
            else:
                arrived = self._arrival(tick.stamp_ns)
                snapshot = Snapshot(
                    tick.stamp_ns,
                    tuple(self._history),
                    arrived.wall_s,
                    arrived.age_s,
                    self._received_s,
                )
        return snapshot, problems

    def fresh(self, streams: Collection[str]) -> dict[str, NDArray[Any]]:
        """The newest value of each of some streams; what is too old or broken is left out."""
        return self._newest.fresh(streams)

    def reset(self) -> None:
        """Forget everything: what comes next has nothing to do with what was."""
        self._timeline.reset()
        self._newest.clear()
        self._frozen.clear()
        self._arrived.clear()
        self._history.clear()
        self._last_ns = None

    def _arrival(self, stamp_ns: int) -> _Arrival:
        arrived = _Arrival(stamp_ns, self._wall_s(), 0.0)
        while self._arrived and self._arrived[0].stamp_ns <= stamp_ns:
            arrived = self._arrived.popleft()
        return arrived
