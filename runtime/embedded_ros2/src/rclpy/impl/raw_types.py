"""Types whose shape is declared to DDS but whose samples pass through as CDR bytes."""

from __future__ import annotations

import keyword
import threading
from typing import Any

from cyclonedds.idl import make_idl_struct
from cyclonedds.idl import types as idl

from embedded_ros2 import standard
from embedded_ros2.definitions import message_definition
from embedded_ros2.model import EMPTY_MEMBER, FieldType

_PRIMITIVES: dict[str, Any] = {
    "bool": bool, "byte": idl.uint8, "char": idl.uint8, "int8": idl.int8, "uint8": idl.uint8,
    "int16": idl.int16, "uint16": idl.uint16, "int32": idl.int32, "uint32": idl.uint32,
    "int64": idl.int64, "uint64": idl.uint64, "float32": idl.float32, "float64": idl.float64,
}  # fmt: skip
# Generic at run time, which their annotations do not say.
_array: Any = idl.array
_sequence: Any = idl.sequence
_bounded_str: Any = idl.bounded_str
_structures: dict[str, type] = {}
_lock = threading.RLock()


def _shape(kind: FieldType) -> Any:
    if kind.is_message:
        element: Any = _structure(kind.base)
    elif kind.base == "wstring":
        raise NotImplementedError(
            "embedded_ros2 has no wide strings on the wire; use a ROS 2 installation"
        )
    elif kind.base == "string":
        element = _bounded_str[kind.string_bound] if kind.string_bound else str
    else:
        element = _PRIMITIVES[kind.base]
    if kind.container == "array":
        return _array[element, kind.size]
    if kind.container == "sequence":
        return _sequence[element, kind.size] if kind.size else _sequence[element]
    return element


def _members(name: str) -> dict[str, Any]:
    fields = message_definition(name).fields
    if not fields:
        return {EMPTY_MEMBER: idl.uint8}
    return {
        field.name + ("_" if keyword.iskeyword(field.name) else ""): _shape(field.type)
        for field in fields
    }


def _structure(name: str) -> type:
    if name not in _structures:
        definition = message_definition(name)
        short = name.rsplit("/", 1)[-1] + "_"
        _structures[name] = make_idl_struct(short, definition.dds_name, _members(name))
    return _structures[name]


def topic_type(name: str, service_header: bool = False) -> Any:
    """Type to create a DDS topic with.

    Args:
        name: Structure, e.g. ``std_msgs/msg/String``.
        service_header: Whether rmw_cyclonedds' request header precedes the fields.
    """
    with _lock:
        made = _plain_or_headed(name, service_header)
        known = standard.type_information(standard.type_key(name, service_header))
        if known is not None:
            # Else Cyclone's types work it out in Python, which takes longer than all the rest.
            made.__idl__._xt_bytedata, made.__idl__._xt_data = known, known
        return made


def described(name: str, service_header: bool) -> tuple[bytes, bytes]:
    """What XTypes says of a type: its information and its mapping, worked out anew."""
    with _lock:
        idl_type = _plain_or_headed(name, service_header).__idl__
        idl_type.fill_type_data()
        information, mapping = idl_type._xt_bytedata
        return information, mapping


def _plain_or_headed(name: str, service_header: bool) -> Any:
    if not service_header:
        return _structure(name)
    key = standard.type_key(name, service_header)
    if key not in _structures:
        members = {"client_guid": idl.uint64, "seq": idl.int64, **_members(name)}
        short = name.rsplit("/", 1)[-1] + "_"
        _structures[key] = make_idl_struct(short, message_definition(name).dds_name, members)
    return _structures[key]
