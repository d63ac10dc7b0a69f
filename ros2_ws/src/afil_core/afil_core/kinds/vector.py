"""Named numbers of no particular unit: ``sensor_msgs/JointState`` by names."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.kinds.base import NumericConfig, Observation, StreamConfig
from afil_core.kinds.joints import JOINT_STATE, joint_state, joint_values


class NamedVector(Observation):
    """The named numbers, in their order: float64 [N]; they mean what their source says."""

    class Config(NumericConfig):
        """Options.

        Attributes:
            names: Names in order; the message may have more.
        """

        names: tuple[str, ...] = Field(min_length=1)

    types = (JOINT_STATE,)

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.names = config.names

    @property
    def shape(self) -> tuple[int, ...]:
        """[N]."""
        return (len(self.names),)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names."""
        return self.names

    def value(self, message: Any) -> NDArray[np.float64]:
        """The numbers that the contract names, whatever the message's order."""
        return joint_values(message, self.names, "position", f"{self.key}.names")

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """A ``JointState`` with these numbers as positions."""
        return joint_state(self.names, value, stamp_ns, self.frame)
