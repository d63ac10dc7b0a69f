"""RIHS01 type hashes (REP 2011): SHA-256 of the JSON form of a type description."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from embedded_ros2.definitions import message_definition
from embedded_ros2.model import EMPTY_MEMBER, Definition, Field, FieldType

_TYPE_ID = {
    "int8": 2, "uint8": 3, "int16": 4, "uint16": 5, "int32": 6, "uint32": 7, "int64": 8,
    "uint64": 9, "float32": 10, "float64": 11, "char": 3, "bool": 15, "byte": 16, "string": 17,
    "wstring": 18,
}  # fmt: skip
_ARRAY, _BOUNDED_SEQUENCE, _SEQUENCE = 48, 96, 144
_BOUNDED_STRINGS = {"string": 21, "wstring": 22}


def _field(field: Field) -> dict[str, Any]:
    kind = field.type
    capacity = kind.size
    if kind.is_message:
        type_id = 1
    elif kind.string_bound:
        type_id = _BOUNDED_STRINGS[kind.base]
    else:
        type_id = _TYPE_ID[kind.base]
    if kind.container == "array":
        type_id += _ARRAY
    elif kind.container == "sequence":
        type_id += _BOUNDED_SEQUENCE if kind.size else _SEQUENCE
    return {
        "name": field.name,
        "type": {
            "type_id": type_id,
            "capacity": capacity,
            "string_capacity": kind.string_bound,
            "nested_type_name": kind.base if kind.is_message else "",
        },
    }


def _describe(definition: Definition, seen: dict[str, dict[str, Any]]) -> None:
    if definition.name in seen:
        return
    fields = definition.fields or (Field(EMPTY_MEMBER, FieldType("uint8")),)
    seen[definition.name] = {
        "type_name": definition.name,
        "fields": [_field(field) for field in fields],
    }
    for field in fields:
        if field.type.is_message:
            _describe(message_definition(field.type.base), seen)


def _tree(definition: Definition) -> dict[str, Any]:
    seen: dict[str, dict[str, Any]] = {}
    _describe(definition, seen)
    own = seen.pop(definition.name)
    return {
        "type_description": own,
        "referenced_type_descriptions": [seen[name] for name in sorted(seen)],
    }


def _service(name: str) -> Definition:
    return Definition(
        name,
        tuple(
            Field(f"{part.lower()}_message", FieldType(f"{name}_{part}"))
            for part in ("Request", "Response", "Event")
        ),
    )


def describe_message(name: str) -> dict[str, Any]:
    """Description of a message and of what it refers to, without default values."""
    return _tree(message_definition(name))


def describe_service(name: str) -> dict[str, Any]:
    """Description of a service, which has request, response and event as fields."""
    return _tree(_service(name))


def _hash(tree: dict[str, Any]) -> str:
    return f"RIHS01_{hashlib.sha256(json.dumps(tree).encode()).hexdigest()}"


@cache
def message_hash(name: str) -> str:
    """RIHS01 of a message or of a part of a service or action."""
    return _hash(describe_message(name))


@cache
def service_hash(name: str) -> str:
    """RIHS01 of a service."""
    return _hash(describe_service(name))
