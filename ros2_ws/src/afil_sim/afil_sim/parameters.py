"""ROS parameters with a sentence for a value of the wrong kind.

They are declared with dynamic typing, for a launch argument such as ``noise:=0`` arrives as an
integer where a float is meant, and ROS would refuse it with a traceback.
"""

from __future__ import annotations

from typing import Any

from afil_core.errors import AfilError


def _declare(node: Any, name: str, default: object) -> Any:
    # Imported here so that the module can be read, and tested, without ROS.
    from rcl_interfaces.msg import ParameterDescriptor

    return node.declare_parameter(name, default, ParameterDescriptor(dynamic_typing=True)).value


def _wrong(name: str, kind: str, value: object) -> AfilError:
    return AfilError(f"parameter {name} must be {kind}, not {value!r}")


def text(node: Any, name: str, default: str) -> str:
    """Declare a string parameter of a node and read it; AfilError when it is none."""
    value = _declare(node, name, default)
    if not isinstance(value, str):
        raise _wrong(name, "a name", value)
    return value


def number(node: Any, name: str, default: float) -> float:
    """Declare a float parameter of a node and read it; AfilError when it is none."""
    value = _declare(node, name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, "a number", value)
    return float(value)


def integer(node: Any, name: str, default: int) -> int:
    """Declare an integer parameter of a node and read it; AfilError when it is none."""
    value = _declare(node, name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, "a whole number", value)
    return value


def switch(node: Any, name: str, default: bool) -> bool:
    """Declare a boolean parameter of a node and read it; AfilError when it is none."""
    value = _declare(node, name, default)
    if not isinstance(value, bool):
        raise _wrong(name, "true or false", value)
    return value
