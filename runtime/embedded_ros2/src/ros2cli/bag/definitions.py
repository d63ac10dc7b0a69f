"""Definitions of messages that are not in the rosbags store, as a bag keeps them."""

from embedded_ros2.definitions import message_definition

from ..definitions import type_text, value_text

SEPARATOR = "=" * 80


def _text(name: str) -> str:
    definition = message_definition(name)
    lines = [f"{c.type} {c.name}={value_text(c.value)}" for c in definition.constants]
    lines += [f"{type_text(field)} {field.name}" for field in definition.fields]
    return "\n".join(lines) + "\n"


def definition_text(name: str) -> str:
    """Return a message's definition followed by those of the messages in it."""
    texts: dict[str, str] = {}
    pending = [name]
    while pending:
        current = pending.pop(0)
        if current not in texts:
            texts[current] = _text(current)
            fields = message_definition(current).fields
            pending += [field.type.base for field in fields if field.type.is_message]
    first, *others = texts
    parts = [texts[first]]
    for other in others:
        package, _, short = other.split("/")
        parts.append(f"{SEPARATOR}\nMSG: {package}/{short}\n{texts[other]}")
    return "".join(parts)
