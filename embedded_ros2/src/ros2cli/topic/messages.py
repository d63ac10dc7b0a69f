"""Message types of topics, and fields of messages."""

import operator
from functools import reduce
from typing import Any

from ..direct_node import PATIENCE_S, absolute, wait_until
from ..errors import CommandError


def topic_type(node: Any, topic: str, seconds: float = PATIENCE_S) -> str | None:
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
    """Return the class of a type, as in ``std_msgs/msg/String``.

    Raises:
        CommandError: there is no such type.
    """
    from rosidl_runtime_py.utilities import get_message

    try:
        return get_message(type_name)
    except NotImplementedError:
        raise
    except Exception:
        raise CommandError(f"The message type '{type_name}' is invalid") from None


def message_class_of(node: Any, topic: str, seconds: float = PATIENCE_S) -> Any:
    """Return the message class of a topic.

    Raises:
        CommandError: nobody has the topic after some seconds, or its type is not known.
    """
    name = topic_type(node, topic, seconds)
    if name is None:
        raise CommandError(
            f"WARNING: topic [{topic}] does not appear to be published yet\n"
            "Could not determine the type for the passed topic"
        )
    return message_class(name)


def field(message: Any, path: str | None) -> Any:
    """Return a field, as in ``pose.position.x`` or ``data[0]``.

    Raises:
        CommandError: the message has no such field.
    """
    if not path:
        return message
    words = path.replace("[", ".[").strip(".").split(".")
    try:
        return reduce(_step, words, message)
    except (AttributeError, IndexError, ValueError):
        raise CommandError(
            f"Invalid field '{path}': '{type(message).__name__}' has none"
        ) from None


def _step(value: Any, word: str) -> Any:
    if word.startswith("[") and word.endswith("]"):
        return value[int(word[1:-1])]
    return operator.attrgetter(word)(value)
