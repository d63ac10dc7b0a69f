"""Observation kind ``heading``: where the disc points, from an orientation in space."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds import Observation, StreamConfig

QUATERNION_STAMPED = "geometry_msgs/msg/QuaternionStamped"


class Heading(Observation):
    """The angle about z: float64 [1], rad in (-pi, pi]."""

    class Config(StreamConfig):
        """Options.

        Attributes:
            offset_rad: Angle that the sensor reads when the disc points ahead.
        """

        offset_rad: float = 0.0

    types = (QUATERNION_STAMPED,)
    unit = "rad"

    @property
    def shape(self) -> tuple[int, ...]:
        """[1]."""
        return (1,)

    @property
    def labels(self) -> tuple[str, ...]:
        """One for each number of :meth:`features`."""
        return ("cos", "sin")

    def value(self, message: Any) -> NDArray[np.float64]:
        """The angle in a message; refuses what is no turn about z."""
        q = message.quaternion
        if abs(q.x) > 1e-3 or abs(q.y) > 1e-3 or abs(np.hypot(q.z, q.w) - 1) > 1e-3:
            raise AfilError("a heading must be a unit quaternion about z")
        return wrapped(np.array([2 * np.arctan2(q.z, q.w) - self._offset]))

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """What the sensor would send."""
        half = (float(value[0]) + self._offset) / 2
        return messages.new(
            QUATERNION_STAMPED,
            header=messages.header(stamp_ns, self.frame),
            quaternion=messages.new(
                "geometry_msgs/msg/Quaternion", z=float(np.sin(half)), w=float(np.cos(half))
            ),
        )

    def interpolate(self, before: NDArray[Any], after: NDArray[Any], share: float) -> NDArray[Any]:
        """Along the shorter way round."""
        return wrapped(before + share * wrapped(after - before))

    def features(self, value: NDArray[Any]) -> NDArray[np.float64]:
        """Cosine and sine: -pi and pi must not look different to a network."""
        return np.array([np.cos(value[0]), np.sin(value[0])])

    @property
    def _offset(self) -> float:
        assert isinstance(self.config, self.Config)
        return self.config.offset_rad


def wrapped(angle: NDArray[Any]) -> NDArray[np.float64]:
    """The same angle in (-pi, pi]."""
    return np.pi - (np.pi - angle) % (2 * np.pi)
