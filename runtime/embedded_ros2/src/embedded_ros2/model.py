"""What a ROS interface is made of: fields, constants, definitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Size in bytes of each primitive; also its CDR alignment.
PRIMITIVE_SIZE = {
    "bool": 1, "byte": 1, "char": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2,
    "int32": 4, "uint32": 4, "int64": 8, "uint64": 8, "float32": 4, "float64": 8,
}  # fmt: skip
#: Primitives whose collections are array.array (sequences) or numpy arrays (fixed size).
ARRAY_TYPECODE = {
    "char": "B", "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i",
    "uint32": "I", "int64": "q", "uint64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
#: Names that rosidl shows in ``get_fields_and_field_types``.
IDL_NAME = {"bool": "boolean", "byte": "octet", "char": "uint8", "float32": "float",
            "float64": "double"}  # fmt: skip
#: A definition without fields is one byte on the wire.
EMPTY_MEMBER = "structure_needs_at_least_one_member"


@dataclass(frozen=True)
class FieldType:
    """Type of one field.

    Attributes:
        base: A primitive (``float64``), ``string``, ``wstring`` or ``package/msg/Name``.
        container: ``None``, ``array`` (fixed size) or ``sequence``.
        size: Length of an array, upper bound of a sequence; 0 is unbounded.
        string_bound: Upper bound of a string's length; 0 is unbounded.
    """

    base: str
    container: str | None = None
    size: int = 0
    string_bound: int = 0

    @property
    def is_string(self) -> bool:
        """Whether the element is text."""
        return self.base in ("string", "wstring")

    @property
    def is_primitive(self) -> bool:
        """Whether the element has a fixed size."""
        return self.base in PRIMITIVE_SIZE

    @property
    def is_message(self) -> bool:
        """Whether the element is another definition."""
        return "/" in self.base

    @property
    def idl_name(self) -> str:
        """Spelling used by ``get_fields_and_field_types``."""
        name = IDL_NAME.get(self.base, self.base)
        if self.is_message:
            package, _, short = self.base.split("/")
            name = f"{package}/{short}"
        if self.string_bound:
            name = f"{name}<{self.string_bound}>"
        if self.container == "array":
            return f"{name}[{self.size}]"
        if self.container == "sequence":
            return f"sequence<{name}, {self.size}>" if self.size else f"sequence<{name}>"
        return name


@dataclass(frozen=True)
class Field:
    """A named field; ``default`` is None where the definition gives none."""

    name: str
    type: FieldType
    default: Any = None


@dataclass(frozen=True)
class Constant:
    """A named constant."""

    name: str
    type: str
    value: Any


@dataclass(frozen=True)
class Definition:
    """One message-like structure, e.g. ``std_msgs/msg/String``."""

    name: str
    fields: tuple[Field, ...]
    constants: tuple[Constant, ...] = field(default=())

    @property
    def dds_name(self) -> str:
        """Type name on the wire, as every rmw writes it."""
        package, kind, short = self.name.split("/")
        return f"{package}::{kind}::dds_::{short}_"
