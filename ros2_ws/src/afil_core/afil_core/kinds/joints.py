"""Joint positions and velocities: ``sensor_msgs/JointState`` by joint names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds.base import NumericConfig, Observation, StreamConfig

JOINT_STATE = "sensor_msgs/msg/JointState"


class JointPositions(Observation):
    """Positions of the named joints, in their order: float64 [J], rad."""

    class Config(NumericConfig):
        """Options.

        Attributes:
            joints: Joint names in order.
            unit: Unit of the messages.
        """

        joints: tuple[str, ...] = Field(min_length=1)
        unit: Literal["rad", "deg"] = "rad"

    types = (JOINT_STATE,)
    field: ClassVar[str] = "position"
    unit = "rad"

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.joints = config.joints
        self._scale = np.pi / 180 if config.unit == "deg" else 1.0

    @property
    def shape(self) -> tuple[int, ...]:
        """[J]."""
        return (len(self.joints),)

    @property
    def labels(self) -> tuple[str, ...]:
        """The joints' names."""
        return self.joints

    def value(self, message: Any) -> NDArray[np.float64]:
        """The joints that the contract names, whatever the message's order."""
        where = f"observations.{self.name}.joints"
        return joint_values(message, self.joints, self.field, where) * self._scale

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """A ``JointState`` with these joints."""
        return joint_state(self.joints, value / self._scale, stamp_ns, self.frame, self.field)


class JointVelocities(JointPositions):
    """Velocities of the named joints, in their order: float64 [J], rad/s."""

    class Config(JointPositions.Config):
        """Options; ``unit`` is that of the angle."""

    field: ClassVar[str] = "velocity"
    unit = "rad/s"


def joint_values(
    message: Any, joints: Sequence[str], field: str, where: str
) -> NDArray[np.float64]:
    """Values of joints in a ``JointState``, float64 [J].

    Args:
        message: The message.
        joints: Names in the order wanted.
        field: ``position``, ``velocity`` or ``effort``.
        where: Place in the contract, for the sentence.

    Raises:
        AfilError: When a joint or its value is missing.
    """
    values = getattr(message, field)
    if len(values) != len(message.name):
        raise AfilError(
            f"a JointState has {len(message.name)} joints and {len(values)} values of {field}; "
            f"its driver sends it incomplete"
        )
    known = dict(zip(message.name, values, strict=True))
    missing = [j for j in joints if j not in known]
    if missing:
        raise AfilError(
            f"the message lacks joint {', '.join(missing)} (it has "
            f"{', '.join(message.name) or 'none'}); correct {where}"
        )
    return np.array([known[j] for j in joints], dtype=np.float64)


def joint_state(
    joints: Sequence[str],
    values: NDArray[Any],
    stamp_ns: int,
    frame: str = "",
    field: str = "position",
) -> Any:
    """A ``sensor_msgs/JointState`` with one field filled in."""
    filled = {field: np.asarray(values, dtype=np.float64)}
    return messages.new(
        JOINT_STATE, header=messages.header(stamp_ns, frame), name=list(joints), **filled
    )
