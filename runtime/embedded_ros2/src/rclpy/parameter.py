"""Parameters: values, types, conversions."""

from __future__ import annotations

import array
from enum import IntEnum
from typing import Any

import yaml
from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterType, ParameterValue

PARAMETER_SEPARATOR_STRING = "."
_FIELDS = ("", "bool_value", "integer_value", "double_value", "string_value",
           "byte_array_value", "bool_array_value", "integer_array_value",
           "double_array_value", "string_array_value")  # fmt: skip


class Parameter:
    """A named, typed value."""

    class Type(IntEnum):
        """Types of parameters."""

        NOT_SET = ParameterType.PARAMETER_NOT_SET
        BOOL = ParameterType.PARAMETER_BOOL
        INTEGER = ParameterType.PARAMETER_INTEGER
        DOUBLE = ParameterType.PARAMETER_DOUBLE
        STRING = ParameterType.PARAMETER_STRING
        BYTE_ARRAY = ParameterType.PARAMETER_BYTE_ARRAY
        BOOL_ARRAY = ParameterType.PARAMETER_BOOL_ARRAY
        INTEGER_ARRAY = ParameterType.PARAMETER_INTEGER_ARRAY
        DOUBLE_ARRAY = ParameterType.PARAMETER_DOUBLE_ARRAY
        STRING_ARRAY = ParameterType.PARAMETER_STRING_ARRAY

        @classmethod
        def from_parameter_value(cls, parameter_value: Any) -> Parameter.Type:
            """Type of a Python value.

            Raises:
                TypeError: No parameter can hold it.
            """
            value = parameter_value
            if value is None:
                return cls.NOT_SET
            for kind, single in ((cls.BOOL, bool), (cls.INTEGER, int), (cls.DOUBLE, float),
                                 (cls.STRING, str)):  # fmt: skip
                if isinstance(value, single):
                    return kind
            if isinstance(value, array.array):
                value = value.tolist()
            if isinstance(value, (list, tuple)):
                if all(isinstance(v, bytes) for v in value):
                    return cls.BYTE_ARRAY
                for kind, single in (
                    (cls.BOOL_ARRAY, bool),
                    (cls.INTEGER_ARRAY, int),
                    (cls.DOUBLE_ARRAY, float),
                    (cls.STRING_ARRAY, str),
                ):
                    if all(isinstance(v, single) for v in value):
                        return kind
            raise TypeError(
                f"The given value is not one of the allowed types '{parameter_value}'."
            )

        def check(self, parameter_value: Any) -> bool:
            """Whether a Python value has this type."""
            value = parameter_value
            if isinstance(value, array.array):
                value = value.tolist()
            if self is Parameter.Type.NOT_SET:
                return value is None
            single = {1: bool, 2: int, 3: float, 4: str}.get(int(self))
            if single is not None:
                return isinstance(value, single) and (
                    single is not int or not isinstance(value, bool)
                )
            element = {5: bytes, 6: bool, 7: int, 8: float, 9: str}[int(self)]
            return isinstance(value, (list, tuple)) and all(isinstance(v, element) for v in value)

    @classmethod
    def from_parameter_msg(cls, param_msg: ParameterMsg) -> Parameter:
        """Make from rcl_interfaces/msg/Parameter."""
        kind = cls.Type(param_msg.value.type)
        # Sequences of numbers stay the arrays that the message has, as in rclpy.
        if kind is cls.Type.INTEGER_ARRAY:
            return cls(param_msg.name, kind, param_msg.value.integer_array_value)
        if kind is cls.Type.DOUBLE_ARRAY:
            return cls(param_msg.name, kind, param_msg.value.double_array_value)
        return cls(param_msg.name, kind, parameter_value_to_python(param_msg.value))

    def __init__(self, name: str, type_: Any = None, value: Any = None) -> None:
        if type_ is None:
            # Raises TypeError where no type fits.
            type_ = Parameter.Type.from_parameter_value(value)
        if not isinstance(type_, Parameter.Type):
            raise TypeError("type must be an instance of 'Parameter.Type'")
        if not type_.check(value):
            raise ValueError(f"Type '{type_}' and value '{value}' do not agree")
        self._name = name
        self._type = type_
        self._value = value

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def type_(self) -> Parameter.Type:
        """Its type."""
        return self._type

    @property
    def value(self) -> Any:
        """Its value."""
        return self._value

    def get_parameter_value(self) -> ParameterValue:
        """Value as rcl_interfaces/msg/ParameterValue."""
        result = ParameterValue(type=int(self.type_))
        if self.type_ is not Parameter.Type.NOT_SET:
            setattr(result, _FIELDS[self.type_], self.value)
        return result

    def to_parameter_msg(self) -> ParameterMsg:
        """Convert to rcl_interfaces/msg/Parameter."""
        return ParameterMsg(name=self.name, value=self.get_parameter_value())

    def __repr__(self) -> str:
        return f"Parameter({self._name!r}, {self._type!s}, {self._value!r})"


def parameter_value_to_python(parameter_value: ParameterValue) -> Any:
    """Python value of rcl_interfaces/msg/ParameterValue.

    Raises:
        RuntimeError: Its type is unknown.
    """
    if not 0 <= parameter_value.type < len(_FIELDS):
        raise RuntimeError(f"unexpected parameter type {parameter_value.type}")
    if parameter_value.type == ParameterType.PARAMETER_NOT_SET:
        return None
    value = getattr(parameter_value, _FIELDS[parameter_value.type])
    return value.tolist() if isinstance(value, array.array) else value


def get_parameter_value(string_value: str) -> ParameterValue:
    """Guess the value that a text means: plain YAML, else the text itself.

    This is not how ``--ros-args`` is read: ``1e-3`` is a text here, as in real rclpy.
    """
    try:
        value = yaml.safe_load(string_value)
    except yaml.YAMLError:
        value = string_value
    kinds = Parameter.Type
    if isinstance(value, list):
        for kind, element in ((kinds.BOOL_ARRAY, bool), (kinds.INTEGER_ARRAY, int),
                              (kinds.DOUBLE_ARRAY, float), (kinds.STRING_ARRAY, str)):  # fmt: skip
            if all(isinstance(v, element) for v in value):
                return Parameter("value", kind, value).get_parameter_value()
    elif isinstance(value, (bool, int, float, str)):
        return Parameter("value", value=value).get_parameter_value()
    return Parameter("value", value=string_value).get_parameter_value()
