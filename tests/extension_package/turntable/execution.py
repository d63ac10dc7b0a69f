"""Execution ``every_other``: a chunk at half its speed, for a disc that wobbles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution import ChunkExecution


class EveryOther(ChunkExecution):
    """Executes each action for two periods.

    Args:
        config: When the next chunk is asked for.
        period_ns: Control period.
        grace: Periods for which the last action stands.
    """

    def __init__(self, config: ChunkExecution.Config, period_ns: int, grace: int = 0) -> None:
        super().__init__(config, period_ns, grace)
        self._chunk: Chunk | None = None

    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The action of this period or of the one before it."""
        if self._chunk is None:
            return None
        index = self._chunk.index(stamp_ns, self._period_ns) // 2
        actions = self._chunk.actions
        return actions[index] if 0 <= index < len(actions) else None

    def _add(self, chunk: Chunk, present_ns: int) -> None:
        self._chunk = chunk

    def _clear(self) -> None:
        self._chunk = None
