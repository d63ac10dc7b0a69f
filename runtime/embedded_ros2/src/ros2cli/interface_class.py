"""Classes of types that are known by name only."""

from typing import Any

from .errors import CommandError


def interface_class(kind: str, name: str, *, passed: bool = True) -> Any:
    """Return the class of a type, as in ``std_msgs/msg/String``.

    Args:
        kind: message, service or action.
        name: the type.
        passed: whether it stood on the command line, which the error says.

    Raises:
        CommandError: there is no such type.
    """
    from rosidl_runtime_py import utilities

    get = {
        "message": utilities.get_message,
        "service": utilities.get_service,
        "action": utilities.get_action,
    }[kind]
    try:
        return get(name)
    except NotImplementedError:
        raise
    except Exception:
        which = "passed " if passed else ""
        raise CommandError(f"The {which}{kind} type is invalid: '{name}'") from None
