"""Action chunks, and how they are executed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Chunk:
    """The actions of a tick and of those after it, as one inference decided on them.

    Attributes:
        number: Counts the inferences, in the order in which they began.
        stamp_ns: Stamp of the tick that was looked at.
        actions: float64 [H, D] in the contract's units, one per control period, not yet limited.
    """

    number: int
    stamp_ns: int
    actions: NDArray[np.float64]


class ChunkExecutor:
    """Says which action of which chunk is due; the newest chunk counts.

    Args:
        period_ns: Control period.

    Attributes:
        dropped: How many chunks came too late.
    """

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._chunk: Chunk | None = None
        self._least = 0
        self.dropped = 0

    def take(self, chunk: Chunk) -> bool:
        """Execute a chunk from now on.

        Returns:
            False where it was begun before the one that is executed, or before the last reset:
            it is dropped.
        """
        if chunk.number < self._least:
            self.dropped += 1
            return False
        self._chunk = chunk
        self._least = chunk.number + 1
        return True

    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The action of the control period around a stamp, float64 [D].

        Actions that are past are skipped. None when no chunk reaches that far.
        """
        if self._chunk is None:
            return None
        index = round((stamp_ns - self._chunk.stamp_ns) / self._period_ns)
        actions = self._chunk.actions
        return actions[index] if 0 <= index < len(actions) else None

    def reset(self, first: int) -> None:
        """Drop what is executed, and every chunk with a number below ``first`` that comes yet."""
        self._chunk = None
        self._least = max(self._least, first)
