"""A sourced ROS 2 installation always wins over the embedded one."""

from __future__ import annotations

import glob
import os


def sourced_prefix() -> str | None:
    """Return the prefix of a sourced ROS 2 that has a real rclpy, or None."""
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if not prefix:
            continue
        for layout in ("lib/python3*/site-packages", "local/lib/python3*/dist-packages"):
            if glob.glob(os.path.join(prefix, layout, "rclpy", "_rclpy_pybind11*")):
                return prefix
    return None


def refuse_to_shadow(module: str) -> None:
    """Raise ModuleNotFoundError where a real ROS 2 is sourced.

    Mixing the two would give nodes two incompatible sets of message classes.

    Args:
        module: The embedded module that is being imported.
    """
    prefix = sourced_prefix()
    if prefix is not None:
        raise ModuleNotFoundError(
            f"{module}: a ROS 2 installation is sourced ({prefix}), and embedded_ros2 refuses to "
            f"shadow it or to mix with it; install the package that provides {module!r} into "
            "that ROS 2, or start from a shell where no ROS 2 is sourced",
            name=module,
        )
