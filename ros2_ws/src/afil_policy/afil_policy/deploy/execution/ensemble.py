"""Temporal ensembling: the mean of all chunks that have an action for the present."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution.base import ChunkExecution


class TemporalEnsemble(ChunkExecution):
    """Averages what the chunks say of the present, the i-th oldest with weight exp(-decay i).

    Source: Zhao et al., "Learning Fine-Grained Bimanual Manipulation with Low-Cost Hardware"
    (ACT), RSS 2023.
    """

    class Config(ChunkExecution.Config):
        """Options.

        Attributes:
            decay: m of the weights; 0 weighs all alike, more trusts older chunks more.
            chunks: How many chunks are averaged at most.
        """

        decay: float = Field(0.01, ge=0)
        chunks: int = Field(100, ge=1)

    config: Config

    def __init__(self, config: Config, period_ns: int, grace: int = 0) -> None:
        super().__init__(config, period_ns, grace)
        self._chunks: deque[Chunk] = deque(maxlen=config.chunks)

    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The weighted mean; the newest chunk's last action where no chunk reaches that far."""
        chunks = self._chunks
        while len(chunks) > 1 and self._is_over(chunks[0], stamp_ns):
            chunks.popleft()
        said = [
            chunk.actions[index]
            for chunk in chunks
            if 0 <= (index := chunk.index(stamp_ns, self._period_ns)) < len(chunk.actions)
        ]
        if not said:
            return self._due(chunks[-1], stamp_ns) if chunks else None
        weights = np.exp(-self.config.decay * np.arange(len(said)))
        mean: NDArray[np.float64] = np.average(np.stack(said), axis=0, weights=weights)
        return mean

    def _is_over(self, chunk: Chunk, stamp_ns: int) -> bool:
        return chunk.index(stamp_ns, self._period_ns) >= len(chunk.actions)

    def _add(self, chunk: Chunk, present_ns: int) -> None:
        del present_ns
        self._chunks.append(chunk)

    def _clear(self) -> None:
        self._chunks.clear()
