"""The forward speed of a vehicle, as one number."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.kinds.base import NumericConfig, Observation, StreamConfig
from afil_core.kinds.gripper_width import NUMBERS

_METRES_PER_SECOND = {"m/s": 1.0, "km/h": 1 / 3.6}


class Speed(Observation):
    """Forward speed: float64 [1], m/s."""

    class Config(NumericConfig):
        """Options.

        Attributes:
            unit: Unit of the messages.
        """

        unit: Literal["m/s", "km/h"] = "m/s"

    types = NUMBERS
    unit = "m/s"

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.has_header = False
        self._scale = _METRES_PER_SECOND[config.unit]

    @property
    def shape(self) -> tuple[int, ...]:
        """[1]."""
        return (1,)

    def value(self, message: Any) -> NDArray[np.float64]:
        """The number, in m/s."""
        return np.array([message.data], dtype=np.float64) * self._scale

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """The number in the contract's unit; the type has no stamp."""
        del stamp_ns
        return messages.new(self.type, data=float(value[0]) / self._scale)
