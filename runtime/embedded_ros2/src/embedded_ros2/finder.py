"""Finds packages of interfaces: they are no files, but modules made from definitions.

A ``.pth`` file imports this at the start of every interpreter, so it imports next to nothing
itself; what makes the classes is imported with the first message package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

KINDS = ("msg", "srv", "action")
#: Packages whose messages the rosbags store defines; importing it takes too long to ask it.
STORE_PACKAGES = frozenset((
    "action_msgs", "actionlib_msgs", "builtin_interfaces", "diagnostic_msgs", "geometry_msgs",
    "lifecycle_msgs", "nav_msgs", "rcl_interfaces", "rmw_dds_common", "rosbag2_interfaces",
    "rosgraph_msgs", "sensor_msgs", "service_msgs", "shape_msgs", "statistics_msgs", "std_msgs",
    "stereo_msgs", "tf2_msgs", "trajectory_msgs", "type_description_interfaces",
    "unique_identifier_msgs", "visualization_msgs",
))  # fmt: skip
#: Packages and modules of ROS 2 that importing says are missing.
MISSING = frozenset((
    "launch_testing", "launch_testing_ros", "launch_xml", "launch_yaml",
    "message_filters", "rosbag2_py", "tf2_ros",
    "launch.frontend", "rclpy.experimental", "rclpy.graph_listener", "rclpy.logging_service",
    "rclpy.parameter_client", "rclpy.parameter_event_handler", "rclpy.qos_overriding_options",
    "rclpy.service_introspection", "rclpy.subscription_content_filter_options", "rclpy.waitable",
))  # fmt: skip


def share_directories() -> list[str]:
    """Folders that hold ``<package>/{msg,srv,action}``, in the order they are searched."""
    prefixes = [p for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    folders = [os.path.join(prefix, "share") for prefix in (*prefixes, sys.prefix)]
    # Beside the sources, where they are used in place.
    folders.append(os.path.normpath(os.path.join(__file__, "..", "..", "..", "share")))
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]


def interface_kinds(package: str) -> tuple[str, ...]:
    """Kinds of interfaces (``msg``, ``srv``, ``action``) that a package defines."""
    shares = [os.path.join(share, package) for share in share_directories()]
    shares = [share for share in shares if os.path.isdir(share)]
    return tuple(
        kind
        for kind in KINDS
        if (kind == "msg" and package in STORE_PACKAGES)
        or any(os.path.isdir(os.path.join(share, kind)) for share in shares)
    )


class InterfaceFinder:
    """Finds ``<package>``, ``<package>.<kind>`` and ``<package>.<kind>._<type>``.

    It stands first, so that a folder of sources in the current directory is not taken for the
    package, and asks the others before it answers: an ordinary module always wins.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a module of interfaces, None for every other module.

        Raises:
            ImportError: The kind has no interface of that name.
        """
        package, *rest = fullname.split(".")
        if fullname not in MISSING:
            if len(rest) > 2 or (rest and rest[0] not in KINDS):
                return None
            kinds = interface_kinds(package)
            if not kinds or (rest and rest[0] not in kinds):
                return None
        if self._is_ordinary(fullname, path, target):
            return None
        if len(rest) == 2 and not self._has_type(package, *rest):
            return None
        return ModuleSpec(fullname, self, is_package=len(rest) < 2)  # type: ignore[arg-type]

    def _is_ordinary(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> bool:
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            # Without an origin it is a folder without __init__.py, which is no package of Python.
            if spec is not None and spec.origin is not None:
                return True
        return False

    def _has_type(self, package: str, kind: str, module: str) -> bool:
        from embedded_ros2.interface_modules import require, types_of

        if not module.startswith("_"):
            # ``from package.msg import Name`` comes here where the module has no such name.
            require(package, kind, module)
        return bool(types_of(package, kind, module))

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill a module; its classes are made on first use.

        Raises:
            ModuleNotFoundError: A ROS 2 is sourced, the rclpy here is a real one, or this runtime
                lacks the package.
        """
        from embedded_ros2.missing import refuse_module
        from embedded_ros2.real_ros import is_rclpy_real, refuse_to_shadow

        refuse_to_shadow(module.__name__)
        if module.__name__ in MISSING:
            refuse_module(module.__name__)
        if is_rclpy_real():
            raise ModuleNotFoundError(
                f"{module.__name__}: the real rclpy of this environment has no such package; "
                "build it with the rosidl generators",
                name=module.__name__,
            )
        from embedded_ros2.interface_modules import fill

        fill(module)


def install() -> None:
    """Let packages of interfaces be imported."""
    if not any(isinstance(finder, InterfaceFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, InterfaceFinder())
