"""Commands of named numbers of no particular unit: ``sensor_msgs/JointState`` by names."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.commands.base import Command, CommandConfig
from afil_core.kinds.joints import JOINT_STATE, joint_state, joint_values


class VectorCommand(Command):
    """The named numbers, in their order: float64 [N]."""

    class Config(CommandConfig):
        """Options.

        Attributes:
            names: Names in order.
        """

        names: tuple[str, ...] = Field(min_length=1)

    types = (JOINT_STATE,)

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.names = config.names

    @property
    def size(self) -> int:
        """N."""
        return len(self.names)

    def value(self, message: Any) -> NDArray[np.float64]:
        """The numbers that the contract names."""
        return joint_values(message, self.names, "position", f"{self.key}.names")

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """A ``JointState`` with these numbers as positions."""
        return joint_state(self.names, value, stamp_ns, self.frame)
