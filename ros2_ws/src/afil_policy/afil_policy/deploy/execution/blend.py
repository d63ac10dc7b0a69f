"""Blending at borders: a new chunk takes over gradually."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution.base import ChunkExecution


class BlendedBorders(ChunkExecution):
    """Goes over from the last chunk to the new one within some periods, linearly.

    Two chunks of one scene may go different ways around an obstacle; where one follows the
    other at once, the border is a jerk.
    """

    class Config(ChunkExecution.Config):
        """Options.

        Attributes:
            replan: After how many control periods the next chunk is asked for.
            over: Periods that going over takes.
        """

        replan: int = Field(4, ge=1)
        over: int = Field(3, ge=1)

    config: Config

    def __init__(self, config: Config, period_ns: int, grace: int = 0) -> None:
        super().__init__(config, period_ns, grace)
        self._last: Chunk | None = None
        self._chunk: Chunk | None = None
        self._border_ns = 0

    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The new chunk's action, mixed with the last one's near the border."""
        if self._chunk is None:
            return None
        new = self._due(self._chunk, stamp_ns)
        old = None if self._last is None else self._due(self._last, stamp_ns)
        if new is None or old is None:
            return new
        done = round((stamp_ns - self._border_ns) / self._period_ns) + 1
        share = min(max(done / (self.config.over + 1), 0.0), 1.0)
        mixed: NDArray[np.float64] = (1 - share) * old + share * new
        return mixed

    def _add(self, chunk: Chunk, present_ns: int) -> None:
        self._last, self._chunk = self._chunk, chunk
        self._border_ns = present_ns

    def _clear(self) -> None:
        self._last = self._chunk = None
