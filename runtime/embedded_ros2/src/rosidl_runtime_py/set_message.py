"""Fills messages from dictionaries, as the command line gives them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from embedded_ros2.definitions import message_definition
from embedded_ros2.model import ARRAY_TYPECODE, Definition, FieldType
from rosidl_runtime_py.utilities import get_interface

HEADER, TIME = "std_msgs/msg/Header", "builtin_interfaces/msg/Time"
Setter = Callable[[Any], None]


@functools.cache
def _definition(cls: type) -> Definition:
    # rosidl puts a class into <package>.<kind>._<type>.
    package, kind, *_ = cls.__module__.split(".")
    return message_definition(f"{package}/{kind}/{cls.__name__}")


def _single(kind: FieldType, value: Any, fill: Callable[[Any, Any], None]) -> Any:
    if kind.is_message:
        cls = get_interface(kind.base)
        if isinstance(value, cls):
            return value
        message = cls()
        fill(message, value)
        return message
    if kind.base == "byte":
        return value if isinstance(value, bytes) else bytes([int(value)])
    if kind.base == "bool":
        return bool(value)
    if kind.base.startswith("float"):
        return float(value)
    if kind.is_string:
        return str(value)
    return int(value)


def _stamp_setter(
    msg: Any, name: str, kind: FieldType, value: Any, auto: bool, now: bool
) -> Setter | None:
    """Return what sets the time that ``auto`` or ``now`` stands for, None if it is neither."""
    if auto and value == "auto" and kind.base == HEADER:
        return partial(setattr, getattr(msg, name), "stamp")
    if now and value == "now" and kind.base == TIME:
        return partial(setattr, msg, name)
    return None


def set_message_fields(
    msg: Any,
    values: Any,
    expand_header_auto: bool = False,
    expand_time_now: bool = False,
) -> list[Setter]:
    """Set fields of a message from a dictionary (nested ones for sub messages).

    Args:
        msg: The message, changed in place.
        values: Field values by name.
        expand_header_auto: Whether ``auto`` for a header stands for one of the current time.
        expand_time_now: Whether ``now`` for a time stands for the current time.

    Returns:
        A function for each ``auto`` and ``now``; with a time it sets that field, so that each
        message that is published can have its own.

    Raises:
        AttributeError: The message has no such field.
        TypeError: ``values`` is no dictionary.
        ValueError: A value does not fit its field.
    """
    setters: list[Setter] = []

    def fill(msg: Any, values: Any) -> None:
        cls: type = type(msg)
        kinds = {field.name: field.type for field in _definition(cls).fields}
        if not isinstance(values, dict):
            raise TypeError(f"Value '{values}' is expected to be a dictionary but is a "
                            f"{type(values).__name__}")  # fmt: skip
        for name, value in values.items():
            if name not in kinds:
                raise AttributeError(f"'{type(msg).__name__}' object has no attribute '{name}'")
            kind = kinds[name]
            if kind.container is None:
                setter = _stamp_setter(msg, name, kind, value, expand_header_auto, expand_time_now)
                if setter is None:
                    setattr(msg, name, _single(kind, value, fill))
                else:
                    setters.append(setter)
                continue
            items: Any = [_single(FieldType(kind.base), item, fill) for item in value]
            if kind.container == "array":
                if len(items) != kind.size:
                    raise ValueError(f"Field '{name}' must have {kind.size} elements")
                if kind.base in ARRAY_TYPECODE:
                    items = np.array(items, dtype=ARRAY_TYPECODE[kind.base])
            setattr(msg, name, items)

    fill(msg, values)
    return setters
