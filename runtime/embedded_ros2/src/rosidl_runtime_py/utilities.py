"""Classes of interfaces by name."""

from __future__ import annotations

import importlib
from typing import Any

from embedded_ros2.definitions import UnknownInterfaceError
from embedded_ros2.interface_modules import interface_class
from embedded_ros2.real_ros import is_rclpy_real, refuse_to_shadow

refuse_to_shadow("rosidl_runtime_py")

_KINDS = {"msg": "message", "srv": "service", "action": "action"}


def get_namespaced_type(name: str, kind: str) -> str:
    """Full name of ``pkg/Name`` or ``pkg/<kind>/Name``.

    Raises:
        ValueError: It is neither.
    """
    parts = name.split("/")
    if len(parts) == 2:
        parts.insert(1, kind)
    if len(parts) != 3 or parts[1] != kind or not all(parts):
        raise ValueError(f"Expected the full name of a {_KINDS[kind]}, got '{name}'")
    return "/".join(parts)


def _class(identifier: str, kind: str) -> Any:
    name = get_namespaced_type(identifier, kind)
    if is_rclpy_real():
        package, _, short = name.split("/")
        return getattr(importlib.import_module(f"{package}.{kind}"), short)
    try:
        return interface_class(name)
    except UnknownInterfaceError as error:
        raise ModuleNotFoundError(str(error), name=name.split("/")[0]) from error


def get_interface(identifier: str) -> Any:
    """Class of any interface ``pkg/kind/Name``.

    Raises:
        ValueError: The name is none.
        ModuleNotFoundError: There is no such interface.
    """
    parts = identifier.split("/")
    if len(parts) != 3 or parts[1] not in _KINDS:
        raise ValueError(f"Expected a full interface name 'pkg/kind/Name', got '{identifier}'")
    return _class(identifier, parts[1])


def get_message(identifier: str) -> Any:
    """Class of a message, e.g. ``std_msgs/msg/String``; errors as :func:`get_interface`."""
    return _class(identifier, "msg")


def get_service(identifier: str) -> Any:
    """Class of a service, e.g. ``std_srvs/srv/Trigger``; errors as :func:`get_interface`."""
    return _class(identifier, "srv")


def get_action(identifier: str) -> Any:
    """Class of an action, e.g. ``franka_msgs/action/Grasp``; errors as :func:`get_interface`."""
    return _class(identifier, "action")


def is_message(interface: Any) -> bool:
    """Whether it is a message class or instance."""
    return hasattr(interface, "get_fields_and_field_types")


def is_service(interface: Any) -> bool:
    """Whether it is a service class."""
    return hasattr(interface, "Request") and hasattr(interface, "Response")


def is_action(interface: Any) -> bool:
    """Whether it is an action class."""
    return all(hasattr(interface, part) for part in ("Goal", "Result", "Feedback"))
