"""The base of events that are meant for a process."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...event import Event

if TYPE_CHECKING:
    from ...actions import ExecuteLocal


class ProcessTargetedEvent(Event):
    """Something is to be done to the processes that a matcher accepts."""

    name = "launch.events.process.ProcessTargetedEvent"

    def __init__(self, *, process_matcher: Callable[["ExecuteLocal"], bool]) -> None:
        self.__process_matcher = process_matcher

    @property
    def process_matcher(self) -> Callable[["ExecuteLocal"], bool]:
        """The matcher."""
        return self.__process_matcher
