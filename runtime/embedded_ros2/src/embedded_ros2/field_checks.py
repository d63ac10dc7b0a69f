"""The checks of a message field that ``check_fields`` turns on."""

from __future__ import annotations

import array
import math
from collections import UserList, UserString
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np

from embedded_ros2.model import ARRAY_TYPECODE, Field, FieldType

_PYTHON_TYPE = {"bool": bool, "byte": bytes, "float32": float, "float64": float}
_FLOAT32_MAX = 3.402823466e38


def check_names(message: Any, kwargs: Mapping[str, Any]) -> None:
    """Assert that all constructor arguments are fields."""
    unknown = sorted(key for key in kwargs if f"_{key}" not in message.__slots__)
    assert not unknown, f"Invalid arguments passed to constructor: {', '.join(unknown)}"


def _element_class(kind: FieldType) -> Any:
    if kind.is_message:
        from embedded_ros2.message_classes import structure_class

        return structure_class(kind.base)
    return str if kind.is_string else _PYTHON_TYPE.get(kind.base, int)


def _integer_range(base: str) -> tuple[int, int]:
    if base == "char":
        return 0, 255
    bits = int(base.removeprefix("u").removeprefix("int"))
    return (0, 2**bits - 1) if base.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _check_one(name: str, kind: FieldType, value: Any) -> None:
    if kind.is_message:
        cls = _element_class(kind)
        assert isinstance(value, cls), (
            f"The '{name}' field must be a sub message of type '{cls.__name__}'"
        )
        return
    if kind.base == "byte":
        assert isinstance(value, (bytes, bytearray)) and len(value) == 1, (
            f"The '{name}' field must be of type 'bytes' or 'ByteString' with length 1"
        )
        return
    cls = _element_class(kind)
    assert isinstance(value, cls), f"The '{name}' field must be of type '{cls.__name__}'"
    if kind.is_string:
        assert not kind.string_bound or len(value) <= kind.string_bound, (
            f"The '{name}' field must be string value not longer than {kind.string_bound}"
        )
    elif cls is int:
        low, high = _integer_range(kind.base)
        word = "an integer" if low < 0 else "an unsigned integer"
        assert low <= value <= high, f"The '{name}' field must be {word} in [{low}, {high}]"
    elif kind.base == "float32":
        assert not abs(value) > _FLOAT32_MAX or math.isinf(value), (
            f"The '{name}' field must be a float in [{-_FLOAT32_MAX}, {_FLOAT32_MAX}]"
        )


def _collection_words(kind: FieldType) -> str:
    words = "a set or sequence"
    if kind.container == "array":
        words += f" with length {kind.size}"
    elif kind.size:
        words += f" with length <= {kind.size}"
    words += f" and each value of type '{_element_class(kind).__name__}'"
    if _element_class(kind) is int:
        low, high = _integer_range(kind.base)
        word = "integer" if low < 0 else "unsigned integer"
        words += f" and each {word} in [{low}, {high}]"
    return words


def _fits(kind: FieldType, value: Iterable[Any]) -> bool:
    for item in value:
        try:
            _check_one("", FieldType(kind.base, string_bound=kind.string_bound), item)
        except AssertionError:
            return False
    return True


def check(field: Field, value: Any) -> None:
    """Assert that a value fits a field, with rosidl's messages.

    Raises:
        AssertionError: It does not.
    """
    kind, name = field.type, field.name
    if kind.container is None:
        _check_one(name, kind, value)
        return
    code = ARRAY_TYPECODE.get(kind.base)
    if isinstance(value, np.ndarray) and kind.container == "array" and code:
        assert value.dtype == np.dtype(code), (
            f"The '{name}' numpy.ndarray() must have the dtype of 'numpy.{np.dtype(code).name}'"
        )
        assert value.size == kind.size, (
            f"The '{name}' numpy.ndarray() must have a size of {kind.size}"
        )
        return
    if isinstance(value, array.array) and kind.container == "sequence" and code:
        assert value.typecode == code, (
            f"The '{name}' array.array() must have the type code of '{code}'"
        )
        assert not kind.size or len(value) <= kind.size, (
            f"The '{name}' array.array() must have a size <= {kind.size}"
        )
        return
    good = (
        isinstance(value, (Sequence, Set, UserList))
        and not isinstance(value, (str, UserString))
        and (kind.container != "array" or len(value) == kind.size)
        and (kind.container != "sequence" or not kind.size or len(value) <= kind.size)
        and _fits(kind, value)
    )
    assert good, f"The '{name}' field must be {_collection_words(kind)}"
