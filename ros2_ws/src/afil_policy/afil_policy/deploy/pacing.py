"""When a command is due, and from which action and measurement it is made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_policy.deploy.execution import ChunkExecution
from afil_policy.deploy.observations import Observations, Snapshot


@dataclass(frozen=True)
class Due:
    """A command to make.

    Attributes:
        action: float64 [D] in the contract's units, not yet limited.
        observations: What the adapter may look at.
        stamp_ns: Stamp of the command.
        snapshot: The tick that it answers; None where it answers none.
        tick_ns: Stamp of the newest tick, which an earlier command may have answered.
    """

    action: NDArray[np.float64]
    observations: Observations
    stamp_ns: int
    snapshot: Snapshot | None
    tick_ns: int


class Pacing(ABC):
    """Decides when a command is due.

    Attributes:
        grace: Periods for which the last action of a chunk stands.
        is_steady: Whether a command is due at every period, whatever arrives.
    """

    grace: int = 0
    is_steady: bool = False

    @abstractmethod
    def tick(self, snapshot: Snapshot) -> None:
        """A new tick is complete."""

    @abstractmethod
    def due(
        self, execution: ChunkExecution, measured: Callable[[], Observations], now_ns: int
    ) -> Due | None:
        """The command that is due now; None where there is nothing to command.

        Args:
            execution: Knows the chunks.
            measured: Reads what the adapter needs, as fresh as it is.
            now_ns: The node's clock.

        Raises:
            AfilError: When nothing may be commanded.
        """

    @abstractmethod
    def clear(self) -> None:
        """Forget the ticks that came."""


class FramePacing(Pacing):
    """One command for each tick, with its stamp: a simulator that waits for its answer.

    carla-ros-bridge in synchronous mode waits for exactly one control per frame.
    """

    def __init__(self) -> None:
        self._pending: Snapshot | None = None

    def tick(self, snapshot: Snapshot) -> None:
        """The newest tick is to be answered."""
        self._pending = snapshot

    def due(
        self, execution: ChunkExecution, measured: Callable[[], Observations], now_ns: int
    ) -> Due | None:
        """The answer to the newest tick, once, as soon as there is an action for it."""
        del measured, now_ns
        tick = self._pending
        action = None if tick is None else execution.action_at(tick.stamp_ns)
        if tick is None or action is None:
            return None
        self._pending = None
        return Due(action, tick.observations, tick.stamp_ns, tick, tick.stamp_ns)

    def clear(self) -> None:
        """No tick is to be answered."""
        self._pending = None


class SteadyPacing(Pacing):
    """A command at every control period of a steady clock, from what is measured then.

    The last action of a chunk stands one period longer than it should: a frame is up to one
    period old when the loop comes to it.

    Args:
        period_ns: Control period.
        streams: Observations that a command needs.
    """

    grace = 1
    is_steady = True

    def __init__(self, period_ns: int, streams: tuple[str, ...]) -> None:
        self._half_ns = period_ns // 2
        self._streams = streams
        self._newest: Snapshot | None = None
        self._tick_ns = 0

    def tick(self, snapshot: Snapshot) -> None:
        """Keep what the first command after it is measured by."""
        self._newest, self._tick_ns = snapshot, snapshot.stamp_ns

    def due(
        self, execution: ChunkExecution, measured: Callable[[], Observations], now_ns: int
    ) -> Due | None:
        """The action of the period that begins now."""
        # An action is meant for the period after its stamp: it has begun when now is in it.
        action = execution.action_at(now_ns - self._half_ns)
        if action is None:
            return None
        observations = measured()
        missing = [name for name in self._streams if name not in observations]
        if missing:
            raise AfilError(f"{', '.join(missing)} is missing or too old to command from")
        tick, self._newest = self._newest, None
        return Due(action, observations, now_ns, tick, self._tick_ns)

    def clear(self) -> None:
        """Forget the newest tick."""
        self._newest = None
