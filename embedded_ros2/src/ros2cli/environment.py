"""Which ROS 2 this process would use."""

import os
import sys


def sourced_ros() -> str | None:
    """Return the prefix of a sourced ROS 2 installation, or None.

    It is the one in ``AMENT_PREFIX_PATH`` that has an rclpy of its own.
    """
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        marker = os.path.join(prefix, "share/ament_index/resource_index/packages/rclpy")
        if (
            prefix
            and os.path.realpath(prefix) != os.path.realpath(sys.prefix)
            and os.path.isfile(marker)
        ):
            return prefix
    return None
