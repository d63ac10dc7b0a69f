"""Definitions of interfaces as text."""

from collections.abc import Iterator

from embedded_ros2.definitions import message_definition
from embedded_ros2.model import Field


def type_text(field: Field) -> str:
    """Return a field's type as a definition has it, as in ``float64[3]``."""
    kind = field.type
    base = kind.base
    if kind.is_message:
        package, _, short = base.split("/")
        base = f"{package}/{short}"
    if kind.string_bound:
        base += f"<={kind.string_bound}"
    if kind.container == "array":
        return f"{base}[{kind.size}]"
    if kind.container == "sequence":
        return f"{base}[<={kind.size}]" if kind.size else f"{base}[]"
    return base


def value_text(value: object) -> str:
    """Return a constant or default value as a definition has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def definition_lines(name: str, depth: int = 0) -> Iterator[str]:
    """Return the lines of a definition, those of its messages below it, by tabs."""
    definition = message_definition(name)
    indent = "\t" * depth
    for constant in definition.constants:
        yield f"{indent}{constant.type} {constant.name}={value_text(constant.value)}"
    for field in definition.fields:
        default = "" if field.default is None else f" {value_text(field.default)}"
        yield f"{indent}{type_text(field)} {field.name}{default}"
        if field.type.is_message:
            yield from definition_lines(field.type.base, depth + 1)
