"""What a command adapter does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Observations = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Command:
    """A message to publish: CDR bytes for a topic."""

    topic: str
    cdr: bytes


class CommandAdapter(Protocol):
    """Turns actions into messages; may remember what it commanded last."""

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int
    ) -> list[Command]:
        """Messages of one tick, in the order in which they must be published.

        Args:
            action: Limited action, float64 [D].
            observations: Observations of the tick.
            stamp_ns: Stamp of the tick, which the commands bear.
        """
        ...

    def stop(self, observations: Observations, stamp_ns: int) -> list[Command]:
        """Messages that bring the robot to rest.

        Args:
            observations: The newest fresh value of each stream; may lack any.
            stamp_ns: Stamp of the command.
        """
        ...

    def reset(self) -> None:
        """Forget what was commanded."""
        ...
