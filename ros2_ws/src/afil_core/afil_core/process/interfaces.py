"""Classes of messages, services and actions by name; one that is not installed is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rosidl_runtime_py import utilities

from afil_core.messages import not_installed


def get_message(name: str) -> Any:
    """Class of a message type, ``package/msg/Name``.

    Raises:
        AfilError: When it is not installed.
    """
    return _found(utilities.get_message, name)


def get_service(name: str) -> Any:
    """Class of a service type, ``package/srv/Name``; errors as :func:`get_message`."""
    return _found(utilities.get_service, name)


def get_action(name: str) -> Any:
    """Class of an action type, ``package/action/Name``; errors as :func:`get_message`."""
    return _found(utilities.get_action, name)


def _found(get: Callable[[str], Any], name: str) -> Any:
    try:
        return get(name)
    except (ImportError, AttributeError) as error:
        # No package, or one of another version that has no such type.
        raise not_installed(name, str(error)) from error
