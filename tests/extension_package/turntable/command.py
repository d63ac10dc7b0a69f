"""Command kind ``turn_rate``: how fast the disc is to turn."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.commands import Command, CommandConfig

FLOAT = "std_msgs/msg/Float64"
_PER_UNIT = {"rad/s": 1.0, "rpm": 2 * np.pi / 60}


class TurnRate(Command):
    """An angular velocity: float64 [1], rad/s."""

    class Config(CommandConfig):
        """Options.

        Attributes:
            unit: Unit of the messages.
        """

        unit: Literal["rad/s", "rpm"] = "rad/s"

    types = (FLOAT,)

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.has_header = False
        self._scale = _PER_UNIT[config.unit]

    @property
    def size(self) -> int:
        """1."""
        return 1

    def value(self, message: Any) -> NDArray[np.float64]:
        """The number, in rad/s."""
        return np.array([message.data * self._scale])

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """The number in the contract's unit; the type has no stamp."""
        del stamp_ns
        return messages.new(FLOAT, data=float(value[0]) / self._scale)
