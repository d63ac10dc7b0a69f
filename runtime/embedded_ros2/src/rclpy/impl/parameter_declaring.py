"""What a parameter is declared with: name, type, descriptor, and the value it starts with."""

from __future__ import annotations

import warnings
from typing import Any

from rcl_interfaces.msg import ParameterDescriptor

from rclpy.exceptions import InvalidParameterTypeException
from rclpy.impl.names import matches_node
from rclpy.parameter import Parameter

_EMPTY = Parameter.Type.NOT_SET


def overrides_for(sources: list[tuple[str, dict[str, Any]]], full_name: str) -> dict[str, Any]:
    """Values for one node; what comes later wins."""
    values: dict[str, Any] = {}
    for pattern, parameters in sources:
        if matches_node(pattern, full_name):
            values.update(parameters)
    return {name: Parameter(name, value=v) for name, v in values.items()}


def read_entry(entry: Any) -> tuple[str, Any, ParameterDescriptor]:
    """Name, value and descriptor of a tuple as ``Node.declare_parameters`` takes it.

    Raises:
        TypeError: It is no such tuple.
    """
    if not 1 <= len(entry) <= 3:
        raise TypeError(f"A parameter is a name, a value and a descriptor, not {entry}")
    name, value, descriptor = (*entry, None, None)[:3]
    if not isinstance(name, str):
        raise TypeError(f"Parameter name '{name}' must be a string")
    if len(entry) == 1:
        # Real rclpy: a name alone declares a dynamically typed parameter without value.
        warnings.warn(
            f"Declaring the parameter '{name}' by its name alone is deprecated. Give a "
            "default value, a type, or a descriptor with dynamic_typing=True.",
            stacklevel=4,
        )
        descriptor = ParameterDescriptor(dynamic_typing=True)
    if descriptor is None:
        descriptor = ParameterDescriptor()
    if not isinstance(descriptor, ParameterDescriptor):
        raise TypeError(f"The descriptor of '{name}' is no ParameterDescriptor: {descriptor}")
    return name, value, descriptor


def initial(
    name: str, value: Any, descriptor: ParameterDescriptor, override: Parameter | None
) -> Parameter:
    """Parameter with the value it starts with; sets the descriptor's type.

    Args:
        name: Full name.
        value: Default value, or a Parameter.Type.
        descriptor: Its descriptor.
        override: Value from the command line or the node's constructor.

    Raises:
        ValueError: Neither a type nor a value is given, or two contradicting types.
        InvalidParameterTypeException: The override has another type.
    """
    kind = None
    if isinstance(value, Parameter.Type):
        kind, value = value, None
        if kind is _EMPTY:
            raise ValueError(
                f"Cannot declare parameter {{{name}}} as statically typed of type NOT_SET"
            )
        if descriptor.dynamic_typing:
            raise ValueError(
                f"The parameter {{{name}}} cannot have both a type and dynamic_typing=True"
            )
    elif value is None and not descriptor.dynamic_typing:
        raise ValueError(
            f"Cannot declare the statically typed parameter '{name}' without a value; give "
            "a default, a type, or a descriptor with dynamic_typing=True"
        )
    if not descriptor.dynamic_typing:
        kind = kind or Parameter.Type.from_parameter_value(value)
        descriptor.type = int(kind)
    if override is None:
        return Parameter(name, value=value)
    if kind is not None:
        override = _fit(override, kind)
        if override.type_ is not kind:
            raise InvalidParameterTypeException(override, kind.name)
    return override


def _fit(parameter: Parameter, kind: Parameter.Type) -> Parameter:
    """An empty YAML list fits every array type."""
    if parameter.value == [] and kind >= Parameter.Type.BYTE_ARRAY:
        return Parameter(parameter.name, kind, [])
    return parameter
