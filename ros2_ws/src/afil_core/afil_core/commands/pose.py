"""Target poses: ``geometry_msgs/PoseStamped``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.commands.base import Command
from afil_core.kinds.pose import POSE_STAMPED, pose_array, pose_stamped


class PoseCommand(Command):
    """A target pose: float64 [7], x y z (m) and unit quaternion x y z w."""

    types = (POSE_STAMPED,)

    @property
    def size(self) -> int:
        """7."""
        return 7

    def value(self, message: Any) -> NDArray[np.float64]:
        """Position and orientation."""
        return pose_array(message.pose)

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """A ``PoseStamped``."""
        return pose_stamped(value, stamp_ns, self.frame)
