"""Parameter values as texts and as messages."""

from typing import Any

import yaml

# type number -> (name, field, word of `ros2 param get`)
TYPES = {
    1: ("boolean", "bool_value", "Boolean value is:"),
    2: ("integer", "integer_value", "Integer value is:"),
    3: ("double", "double_value", "Double value is:"),
    4: ("string", "string_value", "String value is:"),
    5: ("byte array", "byte_array_value", "Byte values are:"),
    6: ("boolean array", "bool_array_value", "Boolean values are:"),
    7: ("integer array", "integer_array_value", "Integer values are:"),
    8: ("double array", "double_array_value", "Double values are:"),
    9: ("string array", "string_array_value", "String values are:"),
}
NOT_SET = 0


def type_name(number: int) -> str:
    """Return the name of a parameter type."""
    return TYPES[number][0] if number in TYPES else "not set"


def python_value(message: Any) -> Any:
    """Return the value of a rcl_interfaces/ParameterValue, None if it is not set."""
    if message.type not in TYPES:
        return None
    value = getattr(message, TYPES[message.type][1])
    return value if message.type < 5 else list(value)


def value_message(text: str) -> Any:
    """Return the rcl_interfaces/ParameterValue that a text stands for, as YAML sees it."""
    try:
        return message_of(yaml.safe_load(text), text)
    except yaml.YAMLError:
        return message_of(text, text)


def message_of(value: Any, text: str | None = None) -> Any:
    """Return the rcl_interfaces/ParameterValue of a value; ``text`` stands for what is none."""
    from rcl_interfaces.msg import ParameterValue

    scalars = {bool: 1, int: 2, float: 3, str: 4}
    message = ParameterValue()
    number = scalars.get(type(value))
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        if kinds == {int, float}:
            value, kinds = [float(item) for item in value], {float}
        if len(kinds) == 1:
            number = {bool: 6, int: 7, float: 8, str: 9}.get(kinds.pop())
        elif not kinds:
            number = 6
    if number is None:
        # What no parameter can hold, as a dictionary, is taken as the text that it was.
        number, value = 4, str(value) if text is None else text
    message.type = number
    setattr(message, TYPES[number][1], value)
    return message
