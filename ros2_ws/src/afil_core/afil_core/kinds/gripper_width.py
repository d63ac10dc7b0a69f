"""The opening of a gripper, measured by its finger joints or told as one number."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds.base import NumericConfig, Observation, StreamConfig
from afil_core.kinds.joints import JOINT_STATE, joint_state, joint_values

NUMBERS = ("std_msgs/msg/Float64", "std_msgs/msg/Float32")
_METRES = {"m": 1.0, "mm": 1e-3}


class GripperWidth(Observation):
    """The opening of the gripper: float64 [1], m."""

    class Config(NumericConfig):
        """Options.

        Attributes:
            joints: Finger joints whose positions add up to the width (JointState).
            unit: Unit of the messages.
        """

        joints: tuple[str, ...] = ()
        unit: Literal["m", "mm"] = "m"

    types = (JOINT_STATE, *NUMBERS)
    unit = "m"

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.joints = config.joints
        self.has_header = config.type == JOINT_STATE
        self._scale = _METRES[config.unit]
        if self.has_header != bool(config.joints):
            raise AfilError(
                f"observations.{name}.joints must name the fingers of a JointState, and nothing "
                f"for {config.type}"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """[1]."""
        return (1,)

    def value(self, message: Any) -> NDArray[np.float64]:
        """The sum of the fingers, or the number."""
        if not self.has_header:
            return np.array([message.data], dtype=np.float64) * self._scale
        where = f"observations.{self.name}.joints"
        fingers = joint_values(message, self.joints, "position", where)
        return np.array([fingers.sum()]) * self._scale

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """Each finger has the same share of the width."""
        width = float(value[0]) / self._scale
        if not self.has_header:
            return messages.new(self.type, data=width)
        fingers = np.full(len(self.joints), width / len(self.joints))
        return joint_state(self.joints, fingers, stamp_ns, self.frame)
