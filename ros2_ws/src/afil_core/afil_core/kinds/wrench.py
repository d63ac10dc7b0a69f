"""Forces and torques: ``geometry_msgs/WrenchStamped``."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.kinds.base import NumericConfig, Observation, StreamConfig

WRENCH_STAMPED = "geometry_msgs/msg/WrenchStamped"


class Wrench(Observation):
    """Force and torque in the stated frame: float64 [6], fx fy fz (N) tx ty tz (N m)."""

    Config: ClassVar[type[StreamConfig]] = NumericConfig
    types = (WRENCH_STAMPED,)
    unit = "N"

    @property
    def shape(self) -> tuple[int, ...]:
        """[6]."""
        return (6,)

    @property
    def labels(self) -> tuple[str, ...]:
        """Force, then torque."""
        return ("fx", "fy", "fz", "tx", "ty", "tz")

    def value(self, message: Any) -> NDArray[np.float64]:
        """Force and torque."""
        f, t = message.wrench.force, message.wrench.torque
        return np.array([f.x, f.y, f.z, t.x, t.y, t.z], dtype=np.float64)

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """A ``WrenchStamped``."""
        force = dict(zip("xyz", (float(v) for v in value[:3]), strict=True))
        torque = dict(zip("xyz", (float(v) for v in value[3:]), strict=True))
        return messages.new(
            WRENCH_STAMPED,
            header=messages.header(stamp_ns, self.frame),
            wrench=messages.new(
                "geometry_msgs/msg/Wrench",
                force=messages.new("geometry_msgs/msg/Vector3", **force),
                torque=messages.new("geometry_msgs/msg/Vector3", **torque),
            ),
        )
