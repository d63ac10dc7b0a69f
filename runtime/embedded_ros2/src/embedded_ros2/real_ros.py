"""A sourced ROS 2 installation always wins over the embedded one."""

from __future__ import annotations

import functools
import glob
import importlib.util
import os
import sys


@functools.cache
def is_rclpy_real() -> bool:
    """Return whether the rclpy that this Python imports is a real one.

    Where pip installed one into this very environment, before embedded_ros2 on the path, what
    has no part in rclpy works on top of it: launch, the ros2 command, rosidl_runtime_py,
    diagnostic_updater. Its message classes are the only ones then.
    """
    spec = importlib.util.find_spec("rclpy")
    folders = () if spec is None else spec.submodule_search_locations or ()
    return any(glob.glob(os.path.join(folder, "_rclpy_pybind11*")) for folder in folders)


def sourced_prefix() -> str | None:
    """Return the prefix of a sourced ROS 2 that has a real rclpy, or None.

    The environment that this Python belongs to is none: see :func:`is_rclpy_real`.
    """
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if not prefix or os.path.realpath(prefix) == os.path.realpath(sys.prefix):
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
