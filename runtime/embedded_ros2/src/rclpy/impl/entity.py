"""What publishers, subscriptions, services, clients and timers have in common."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from rclpy.exceptions import InvalidHandle, NoTypeSupportImportedException


class Handle:
    """Stands where real rclpy has its C handle: keeps an entity until it is destroyed."""

    def __init__(self, entity: Any) -> None:
        self._entity = entity
        self.pointer = id(entity)

    def __enter__(self) -> Handle:
        if self._entity._destroyed:
            raise InvalidHandle("cannot use Destroyable because destruction was requested")
        return self

    def __exit__(self, *args: object) -> None:
        return None

    def destroy_when_not_in_use(self) -> None:
        """Destroy the entity."""
        self._entity.destroy()


class Entity:
    """An entity of a node that an executor may run.

    ``_condition`` is the DDS condition to wait on, or None for what is timed or triggered.
    """

    _condition: int | None = None
    callback: Any = None

    def __init__(self, callback_group: Any = None) -> None:
        self.callback_group = callback_group
        self._executor_event = False
        self._destroyed = False
        self.handle = Handle(self)

    def _begin(self, executor: Any) -> Any:
        """Take what is there and run the callback; a coroutine is returned unstarted."""
        arguments = self._take()
        if arguments is None:
            return None
        outcome = self.callback(*arguments)
        return outcome if isinstance(outcome, CoroutineType) else None

    def _take(self) -> Any:
        raise NotImplementedError

    def _check_alive(self) -> None:
        if self._destroyed:
            raise InvalidHandle("cannot use Destroyable because destruction was requested")

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: object) -> None:
        self.destroy()

    def destroy(self) -> None:
        """Free what the entity holds."""
        self._destroyed = True


def waker_of(node: Any) -> Callable[[], None]:
    """Function that wakes the executor of a node, as long as there is the node."""
    reference = weakref.ref(node)

    def wake() -> None:
        owner = reference()
        if owner is not None:
            owner._wake_executor()

    return wake


def check_message_type(msg_type: Any) -> str:
    """Full name of a message class.

    Raises:
        NoTypeSupportImportedException: It is no message class.
    """
    definition = getattr(msg_type, "_INTERFACE", None)
    if definition is None:
        raise NoTypeSupportImportedException(
            f"{msg_type!r} is no ROS message class: import one from a message package, or use "
            "rosidl_runtime_py.utilities.get_message"
        )
    return definition.name


def check_service_type(srv_type: Any) -> str:
    """Full name of a service class.

    Raises:
        NoTypeSupportImportedException: It is no service class.
    """
    name = getattr(srv_type, "_NAME", None)
    if name is None or not hasattr(srv_type, "Request"):
        raise NoTypeSupportImportedException(
            f"{srv_type!r} is no ROS service class: import one from a service package, or use "
            "rosidl_runtime_py.utilities.get_service"
        )
    return name
