"""Fills messages from dictionaries, as the command line gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
from embedded_ros2.message_classes import structure_class
from embedded_ros2.model import ARRAY_TYPECODE, FieldType


def _now(clock: Any) -> Any:
    if clock is not None:
        return clock.now().to_msg()
    from rclpy.clock import Clock

    return Clock().now().to_msg()


def _single(kind: FieldType, value: Any, clock: Any) -> Any:
    if kind.is_message:
        cls = structure_class(kind.base)
        if isinstance(value, cls):
            return value
        if value == "auto" and kind.base == "std_msgs/msg/Header":
            return cls(stamp=_now(clock))
        if value == "now" and kind.base == "builtin_interfaces/msg/Time":
            return _now(clock)
        message = cls()
        set_message_fields(message, value, clock=clock)
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


def set_message_fields(msg: Any, values: Any, *, clock: Any = None, **_: Any) -> list[Any]:
    """Set fields of a message from a dictionary (nested ones for sub messages).

    Args:
        msg: The message, changed in place.
        values: Field values by name; a sequence fills fields in order; ``auto`` for a header and
            ``now`` for a time take the current time.
        clock: Clock for ``auto`` and ``now``.

    Raises:
        AttributeError: The message has no such field.
        TypeError: ``values`` is no dictionary.
        ValueError: A value does not fit its field.
    """
    kinds = {field.name: field.type for field in msg._INTERFACE.fields}
    if not isinstance(values, dict):
        raise TypeError(f"Value '{values}' is expected to be a dictionary but is a "
                        f"{type(values).__name__}")  # fmt: skip
    for name, value in values.items():
        if name not in kinds:
            raise AttributeError(f"'{type(msg).__name__}' object has no attribute '{name}'")
        kind = kinds[name]
        if kind.container is None:
            setattr(msg, name, _single(kind, value, clock))
            continue
        items = [_single(FieldType(kind.base), item, clock) for item in value]
        if kind.container == "array":
            if len(items) != kind.size:
                raise ValueError(f"Field '{name}' must have {kind.size} elements")
            if kind.base in ARRAY_TYPECODE:
                items = np.array(items, dtype=ARRAY_TYPECODE[kind.base])
        setattr(msg, name, items)
    return []
