"""What a way to execute action chunks is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.schema import Schema
from afil_policy.deploy.chunks import Chunk


class ChunkExecution(ABC):
    """Says which action is due, out of the chunks that came.

    Chunks are numbered in the order in which their inferences began. One that comes after a
    newer one, or after a reset, is dropped; so is one whose actions are past.

    Args:
        config: Options.
        period_ns: Control period.
        grace: Periods for which the last action of a chunk stands when nothing newer came.

    Attributes:
        dropped: Chunks that came after a newer one or a reset.
        late: Chunks that were over when they came.
        needs_prefix: Whether the policy has to begin its chunks with given actions.
    """

    class Config(Schema):
        """Options.

        Attributes:
            replan: After how many control periods the next chunk is asked for.
        """

        replan: int = Field(1, ge=1)

    needs_prefix: ClassVar[bool] = False

    def __init__(self, config: Config, period_ns: int, grace: int = 0) -> None:
        self.config = config
        self._period_ns = period_ns
        self._grace = grace
        self._least = 0
        self._asked_ns: int | None = None
        self.dropped = 0
        self.late = 0

    def take(self, chunk: Chunk, present_ns: int | None = None) -> bool:
        """Execute a chunk from now on.

        Args:
            chunk: The chunk.
            present_ns: Stamp of the present; that of the chunk by default.

        Returns:
            False where it is dropped.
        """
        if chunk.number < self._least:
            self.dropped += 1
            return False
        present_ns = chunk.stamp_ns if present_ns is None else present_ns
        if chunk.index(present_ns, self._period_ns) >= len(chunk.actions) + self._grace:
            self.late += 1
            return False
        self._least = chunk.number + 1
        self._add(chunk, present_ns)
        return True

    def wants(self, stamp_ns: int) -> bool:
        """Whether a new chunk should be made from the tick of a stamp; it is then asked for."""
        if self._asked_ns is not None:
            since = round((stamp_ns - self._asked_ns) / self._period_ns)
            if 0 <= since < self.config.replan:
                return False
        self._asked_ns = stamp_ns
        return True

    def failed(self) -> None:
        """An inference brought no chunk: the next tick is asked for another one."""
        self._asked_ns = None

    @abstractmethod
    def action_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The action of the control period around a stamp, float64 [D].

        Actions that are past are skipped. None when no chunk reaches that far.
        """

    def prefix(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """The actions that will be executed from a stamp on, float64 [N, D]; None for none."""
        del stamp_ns
        return None

    def reset(self, first: int) -> None:
        """Drop what is executed, and every chunk with a number below ``first`` that comes yet."""
        self._least = max(self._least, first)
        self._asked_ns = None
        self._clear()

    @abstractmethod
    def _add(self, chunk: Chunk, present_ns: int) -> None:
        """Take a chunk that is neither dropped nor late."""

    @abstractmethod
    def _clear(self) -> None:
        """Forget all chunks."""

    def _due(self, chunk: Chunk, stamp_ns: int) -> NDArray[np.float64] | None:
        index, length = chunk.index(stamp_ns, self._period_ns), len(chunk.actions)
        if not 0 <= index < length + self._grace:
            return None
        due: NDArray[np.float64] = chunk.actions[min(index, length - 1)]
        return due
