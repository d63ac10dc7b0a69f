"""Reads the ROS 2 interface language (.msg, .srv, .action)."""

from __future__ import annotations

import ast
import re
from typing import Any

from embedded_ros2.model import PRIMITIVE_SIZE, Constant, Definition, Field, FieldType

_TYPE = re.compile(
    r"^(?P<base>[A-Za-z][\w/]*)(?:<=(?P<bound>\d+))?"
    r"(?P<brackets>\[(?P<upto><=)?(?P<size>\d*)\])?$"
)


class DefinitionError(ValueError):
    """A definition that cannot be read; the message names file and line."""


def parse_type(text: str, package: str) -> FieldType:
    """Parse a type such as ``float64[9]``, ``string<=10``, ``Pose[]`` or ``std_msgs/Header``."""
    match = _TYPE.match(text)
    if match is None:
        raise DefinitionError(f"cannot read the type {text!r}")
    base = match["base"]
    if base not in PRIMITIVE_SIZE and base not in ("string", "wstring"):
        parts = base.split("/")
        if parts == ["Header"]:
            base = "std_msgs/msg/Header"
        elif len(parts) == 1:
            base = f"{package}/msg/{base}"
        elif len(parts) == 2:
            base = f"{parts[0]}/msg/{parts[1]}"
    container, size = None, 0
    if match["brackets"]:
        size = int(match["size"] or 0)
        container = "array" if match["size"] and not match["upto"] else "sequence"
    return FieldType(base, container, size, int(match["bound"] or 0))


def _value(text: str, kind: FieldType) -> Any:
    if kind.is_string and kind.container is None:
        return text[1:-1] if text[:1] in "'\"" and text[-1:] == text[:1] else text
    if kind.base == "bool" and kind.container is None:
        return text.strip().lower() in ("true", "1")
    value = ast.literal_eval(re.sub(r"\b(true|false)\b", lambda m: m[0].title(), text))
    if kind.base.startswith("float"):
        return [float(v) for v in value] if kind.container else float(value)
    return value


def _strip_comment(line: str) -> str:
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#":
            return line[:index]
    return line


def parse_message(text: str, name: str, source: str = "") -> Definition:
    """Parse the text of one structure.

    Args:
        text: Lines of ``type name [default]`` and ``type NAME=value``.
        name: Full name, ``package/msg/Name``.
        source: File named in errors.

    Raises:
        DefinitionError: With file and line, where the text is not the interface language.
    """
    package = name.split("/")[0]
    fields: list[Field] = []
    constants: list[Constant] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = _strip_comment(raw).strip()
        if not line:
            continue
        try:
            kind_text, rest = line.split(None, 1)
            kind = parse_type(kind_text, package)
            constant = re.match(r"^([A-Z][A-Z0-9_]*)\s*=\s*(.*)$", rest)
            if constant:
                constants.append(Constant(constant[1], kind.base, _value(constant[2], kind)))
                continue
            field_name, *default = rest.split(None, 1)
            if not re.match(r"^[a-zA-Z]\w*$", field_name):
                raise DefinitionError(f"{field_name!r} is no field name")
            fields.append(Field(field_name, kind, _value(default[0], kind) if default else None))
        except (ValueError, SyntaxError) as error:
            raise DefinitionError(f"{source or name}, line {number}: {error}") from error
    return Definition(name, tuple(fields), tuple(constants))


def split_sections(text: str) -> list[str]:
    """Split a .srv or .action text at its ``---`` lines."""
    return re.split(r"^---.*$", text, flags=re.MULTILINE)
