"""Makes the Python class of a structure, with the behaviour of rosidl's generated classes.

As in ROS 2 Jazzy, fields are checked when they are set only where ``ROS_PYTHON_CHECK_FIELDS=1``
or ``check_fields=True`` asks for it.
"""

from __future__ import annotations

import array
import os
import re
from typing import Any

import numpy as np

from embedded_ros2 import field_checks
from embedded_ros2.cdr_generator import NUMPY_TYPE
from embedded_ros2.definitions import message_definition
from embedded_ros2.model import ARRAY_TYPECODE, Definition, Field

CHECK_FIELDS = os.environ.get("ROS_PYTHON_CHECK_FIELDS", "") == "1"

_classes: dict[str, type] = {}
_SCALAR_DEFAULT = {"bool": "False", "byte": "b'\\x00'", "float32": "0.0", "float64": "0.0"}


def snake_case(name: str) -> str:
    """Name of the module rosidl puts a type into: ``ColorRGBA`` -> ``color_rgba``."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def _default(field: Field, scope: dict[str, Any]) -> str:
    """Expression that makes a fresh default value of a field."""
    kind = field.type
    if kind.is_message:
        scope[f"T_{field.name}"] = structure_class(kind.base)
    if field.default is not None:
        scope[f"D_{field.name}"] = field.default
        if kind.container is None:
            return f"D_{field.name}"
        if kind.container == "sequence" and kind.base in ARRAY_TYPECODE:
            return f"array('{ARRAY_TYPECODE[kind.base]}', D_{field.name})"
        if kind.base in ARRAY_TYPECODE:
            return f"np.array(D_{field.name}, dtype=N_{kind.base})"
        return f"list(D_{field.name})"
    if kind.container == "sequence":
        return f"array('{ARRAY_TYPECODE[kind.base]}')" if kind.base in ARRAY_TYPECODE else "[]"
    if kind.is_message:
        one = f"T_{field.name}()"
    elif kind.is_string:
        one = "''"
    else:
        one = _SCALAR_DEFAULT.get(kind.base, "0")
    if kind.container is None:
        return one
    if kind.base in ARRAY_TYPECODE:
        return f"np.zeros({kind.size}, dtype=N_{kind.base})"
    return f"[{one} for _ in range({kind.size})]"


def _setter(field: Field) -> list[str]:
    kind = field.type
    name = field.name
    lines = [f"    def _set_{name}(self, value):"]
    if kind.container is not None and kind.base in ARRAY_TYPECODE:
        code = ARRAY_TYPECODE[kind.base]
        lines += ["        if self._check_fields:", f"            check(F_{name}, value)"]
        if kind.container == "sequence":
            lines.append(f"        self._{name} = as_array('{code}', value)")
        else:
            lines.append(f"        self._{name} = np.array(value, dtype=N_{kind.base})")
    else:
        lines += ["        if self._check_fields:", f"            check(F_{name}, value)",
                  f"        self._{name} = value"]  # fmt: skip
    lines += [f"    def _get_{name}(self):", f"        return self._{name}",
              f"    {name} = property(_get_{name}, _set_{name},"
              f" doc=\"Message field '{name}'.\")",
              f"    del _get_{name}, _set_{name}"]  # fmt: skip
    return lines


def _as_array(code: str, value: Any) -> array.array[Any]:
    """array.array of a value; numpy data of the right type are copied as one block."""
    if isinstance(value, array.array) and value.typecode == code:
        return value
    if isinstance(value, np.ndarray) and value.dtype == np.dtype(code):
        result = array.array(code)
        result.frombytes(np.ascontiguousarray(value).data.cast("B"))
        return result
    if isinstance(value, (bytes, bytearray, memoryview)) and code == "B":
        result = array.array(code)
        result.frombytes(value)
        return result
    return array.array(code, value)


def _source(definition: Definition, short: str, scope: dict[str, Any]) -> str:
    names = [field.name for field in definition.fields]
    slots = "".join(f"'_{name}', " for name in names)
    lines = [f"class {short}:", f"    __slots__ = ({slots}'_check_fields')".replace(
        "('_check_fields')", "('_check_fields',)")]  # fmt: skip
    defaults = {field.name: _default(field, scope) for field in definition.fields}
    lines += ["    def __init__(self, **kwargs):", "        if not kwargs:",
              "            self._check_fields = CHECK_FIELDS"]  # fmt: skip
    lines += [f"            self._{name} = {defaults[name]}" for name in names]
    lines += ["            return",
              "        self._check_fields = kwargs.get('check_fields', CHECK_FIELDS)",
              "        if self._check_fields:",
              "            check_names(self, kwargs)"]  # fmt: skip
    for name in names:
        lines.append(f"        self.{name} = kwargs['{name}'] if '{name}' in kwargs "
                     f"else {defaults[name]}")  # fmt: skip
    for field in definition.fields:
        scope[f"F_{field.name}"] = field
        lines += _setter(field)
    return "\n".join(lines)


def _repr(self: Any) -> str:
    module = type(self).__module__.split(".")[:-1]
    parts = []
    for field in self._INTERFACE.fields:
        value = getattr(self, field.name)
        text = repr(value)
        if field.type.container == "sequence" and isinstance(value, array.array):
            text = repr(value.tolist())
        parts.append(f"{field.name}={text}")
    return f"{'.'.join([*module, type(self).__name__])}({', '.join(parts)})"


def _equal(self: Any, other: object) -> bool:
    if not isinstance(other, type(self)):
        return False
    for field in self._INTERFACE.fields:
        mine, theirs = getattr(self, field.name), getattr(other, field.name)
        if isinstance(mine, np.ndarray) or isinstance(theirs, np.ndarray):
            if not np.array_equal(mine, theirs):
                return False
        elif mine != theirs:
            return False
    return True


def _fields_and_types(cls: Any) -> dict[str, str]:
    return {field.name: field.type.idl_name for field in cls._INTERFACE.fields}


def structure_class(name: str) -> type:
    """Class of a message or of a part of a service or action.

    Args:
        name: e.g. ``std_msgs/msg/String``, ``std_srvs/srv/Trigger_Request``.

    Raises:
        UnknownInterfaceError: No such definition.
    """
    if name in _classes:
        return _classes[name]
    definition = message_definition(name)
    package, kind, short = name.split("/")
    scope: dict[str, Any] = {
        "CHECK_FIELDS": CHECK_FIELDS, "array": array.array, "np": np, "as_array": _as_array,
        "check": field_checks.check, "check_names": field_checks.check_names,
        **{f"N_{base}": dtype for base, dtype in NUMPY_TYPE.items()},
    }  # fmt: skip
    exec(compile(_source(definition, short, scope), f"<{name}>", "exec"), scope)  # noqa: S102
    cls = scope[short]
    parent = short.rsplit("_", 1)[0] if kind != "msg" else short
    for suffix in ("_SendGoal", "_GetResult"):
        parent = parent.removesuffix(suffix) if kind == "action" else parent
    cls.__module__ = f"{package}.{kind}._{snake_case(parent)}"
    cls.__qualname__ = short
    cls.__doc__ = f"Message class '{short}'."
    cls._INTERFACE = definition
    cls._TYPE_SUPPORT = definition
    cls._CHECK_FIELDS = CHECK_FIELDS
    cls._fields_and_field_types = _fields_and_types(cls)
    cls.get_fields_and_field_types = classmethod(lambda c: dict(c._fields_and_field_types))
    cls.__repr__ = _repr
    cls.__eq__ = _equal
    cls.__hash__ = None
    for constant in definition.constants:
        value = constant.value
        if constant.type == "byte" and isinstance(value, int):
            value = bytes([value])
        setattr(cls, constant.name, value)
    for field in definition.fields:
        if field.default is not None:
            setattr(cls, f"{field.name.upper()}__DEFAULT", field.default)
    _classes[name] = cls
    return cls
