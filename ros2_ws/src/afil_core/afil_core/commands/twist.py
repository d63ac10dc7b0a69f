"""Velocities of an end effector: ``geometry_msgs/TwistStamped``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.commands.base import Command


class TwistCommand(Command):
    """A velocity: float64 [6], vx vy vz (m/s) wx wy wz (rad/s), in the stated frame."""

    types = ("geometry_msgs/msg/TwistStamped",)

    @property
    def size(self) -> int:
        """6."""
        return 6

    def value(self, message: Any) -> NDArray[np.float64]:
        """Linear and angular velocity."""
        v, w = message.twist.linear, message.twist.angular
        return np.array([v.x, v.y, v.z, w.x, w.y, w.z], dtype=np.float64)

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """A ``TwistStamped``."""
        linear, angular = (
            messages.new("geometry_msgs/msg/Vector3", **dict(zip("xyz", part, strict=True)))
            for part in (value[:3].tolist(), value[3:].tolist())
        )
        return messages.new(
            self.type,
            header=messages.header(stamp_ns, self.frame),
            twist=messages.new("geometry_msgs/msg/Twist", linear=linear, angular=angular),
        )
