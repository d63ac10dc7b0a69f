"""Loads the package embedded_ros2 before pytest gives its name to the folder it lies in."""

import contextlib

with contextlib.suppress(ImportError):
    import embedded_ros2  # noqa: F401
