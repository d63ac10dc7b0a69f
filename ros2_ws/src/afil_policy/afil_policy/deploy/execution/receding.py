"""Receding horizon: the newest chunk counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution.base import ChunkExecution


class RecedingHorizon(ChunkExecution):
    """Executes the newest chunk, and asks for another one every ``replan`` periods.

    Source: Chi et al., "Diffusion Policy", RSS 2023 (receding-horizon control).
    """

    def __init__(self, config: ChunkExecution.Config, period_ns: int, grace: int = 0) -> None:
        super().__init__(config, period_ns, grace)
        self._chunk: Chunk | None = None

    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The newest chunk's action."""
        return None if self._chunk is None else self._due(self._chunk, stamp_ns)

    def _add(self, chunk: Chunk, present_ns: int) -> None:
        del present_ns
        self._chunk = chunk

    def _clear(self) -> None:
        self._chunk = None
