"""Small functions around the default context."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from rclpy.constants import S_TO_NS

if TYPE_CHECKING:
    from rclpy.context import Context

g_default_context: Context | None = None
g_context_lock = threading.Lock()


def get_default_context(*, shutting_down: bool = False) -> Context:
    """Global context; a new one after the last was shut down by ``rclpy.shutdown``."""
    global g_default_context
    with g_context_lock:
        if g_default_context is None:
            from rclpy.context import Context

            g_default_context = Context()
        context = g_default_context
        if shutting_down:
            g_default_context = None
        return context


def ok(*, context: Context | None = None) -> bool:
    """Whether a context is initialized and not shut down."""
    return (context or get_default_context()).ok()


def shutdown(*, context: Context | None = None) -> None:
    """Shut a context down."""
    (context or get_default_context(shutting_down=True)).shutdown()


def try_shutdown(*, context: Context | None = None) -> None:
    """Shut a context down unless that has happened."""
    if context is None:
        context = get_default_context()
        if context.ok():
            get_default_context(shutting_down=True)
    context.try_shutdown()


def remove_ros_args(args: list[str] | None = None) -> list[str]:
    """Arguments without those between ``--ros-args`` and ``--``."""
    result: list[str] = []
    inside = False
    for argument in sys.argv if args is None else args:
        if argument == "--ros-args":
            inside = True
        elif inside and argument == "--":
            inside = False
        elif not inside:
            result.append(argument)
    return result


def get_rmw_implementation_identifier() -> str:
    """What moves the messages."""
    return "rmw_cyclonedds_cpp"


def get_available_rmw_implementations() -> set[str]:
    """What could move the messages."""
    return {"rmw_cyclonedds_cpp"}


def timeout_sec_to_nsec(timeout_sec: Any) -> int:
    """Convert a time-out; None and negative ones are -1, for ever."""
    if timeout_sec is None or timeout_sec < 0:
        return -1
    return int(float(timeout_sec) * S_TO_NS)
