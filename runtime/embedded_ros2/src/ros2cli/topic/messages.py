"""Message types of topics, and fields of messages."""

from functools import reduce
from typing import Any

from ..direct_node import absolute, wait_until
from ..errors import CommandError
from ..interface_class import interface_class


def topic_type(node: Any, topic: str, seconds: float | None = None) -> str | None:
    """Return the type of a topic, None if nobody has it after some seconds.

    Raises:
        CommandError: it has more than one type.
    """

    def find() -> list[str] | None:
        for name, types in node.get_topic_names_and_types():
            if name == absolute(topic) and types:
                return list(types)
        return None

    types = wait_until(find, seconds)
    if types is not None and len(types) > 1:
        raise CommandError(
            f"Cannot echo topic '{topic}', as it contains more than one type: [{', '.join(types)}]"
        )
    return types[0] if types else None


def message_class(type_name: str) -> Any:
    """Return the class of a type that a topic has.

    Raises:
        CommandError: there is no such type.
    """
    return interface_class("message", type_name, passed=False)


def message_class_of(node: Any, topic: str, seconds: float | None = None) -> Any:
    """Return the message class of a topic.

    Raises:
        CommandError: nobody has the topic after some seconds, or its type is not known.
    """
    name = topic_type(node, topic, seconds)
    if name is None:
        print(f"WARNING: topic [{topic}] does not appear to be published yet", flush=True)
        raise CommandError("Could not determine the type for the passed topic")
    return message_class(name)


def field_path(text: str | None) -> list[str]:
    """Return the names in ``pose.position``, none for None.

    Raises:
        CommandError: there is no name in it.
    """
    names = [name for name in (text or "").split(".") if name]
    if text is not None and not names:
        raise CommandError(f"Invalid field value '{text}'")
    return names


def field(message: Any, path: list[str]) -> Any:
    """Return a field of a field ... of a message.

    Raises:
        CommandError: the message has no such field.
    """
    try:
        return reduce(getattr, path, message)
    except AttributeError as error:
        raise CommandError(f"Invalid field '{'.'.join(path)}': {error}") from None
