"""Real-time chunking: a new chunk begins with what is executed while it is made."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution.base import ChunkExecution


class RealTimeChunking(ChunkExecution):
    """Executes the newest chunk, which the policy made to go on from the one before.

    While the policy thinks, the old chunk is executed: its next ``delay`` actions are given to
    the policy as the beginning of the new chunk, which therefore fits on at its border.
    Source: Black et al., "Real-Time Execution of Action Chunking Flow Policies" (RTC), and its
    training-time variant, which conditions on a prefix of actions.
    """

    class Config(ChunkExecution.Config):
        """Options.

        Attributes:
            replan: After how many control periods the next chunk is asked for.
            delay: Control periods that an inference takes at most, and that are frozen.
        """

        replan: int = Field(4, ge=1)
        delay: int = Field(2, ge=1)

    needs_prefix: ClassVar[bool] = True
    config: Config

    def __init__(self, config: Config, period_ns: int, grace: int = 0) -> None:
        super().__init__(config, period_ns, grace)
        self._chunk: Chunk | None = None

    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The newest chunk's action."""
        return None if self._chunk is None else self._due(self._chunk, stamp_ns)

    def prefix(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The next ``delay`` actions of the chunk that is executed."""
        if self._chunk is None:
            return None
        begin = self._chunk.index(stamp_ns, self._period_ns)
        if not 0 <= begin < len(self._chunk.actions):
            return None
        return self._chunk.actions[begin : begin + self.config.delay]

    def _add(self, chunk: Chunk, present_ns: int) -> None:
        del present_ns
        self._chunk = chunk

    def _clear(self) -> None:
        self._chunk = None
