"""Which process an event is meant for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...actions import ExecuteLocal


def matches_pid(pid: int) -> Callable[["ExecuteLocal"], bool]:
    """Return a matcher for a process id."""
    return lambda action: (
        action.process_details is not None and action.process_details.get("pid") == pid
    )


def matches_name(name: str) -> Callable[["ExecuteLocal"], bool]:
    """Return a matcher for a process name, as in ``talker-1``."""
    return lambda action: (
        action.process_details is not None and action.process_details["name"] == name
    )


def matches_executable(executable: str) -> Callable[["ExecuteLocal"], bool]:
    """Return a matcher for the first word of the command line."""
    return lambda action: (
        action.process_details is not None and action.process_details["cmd"][0] == executable
    )
