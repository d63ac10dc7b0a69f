"""The base of events that are meant for a process."""

from collections.abc import Callable

from ...event import Event
from .process_action import ProcessAction


class ProcessTargetedEvent(Event):
    """Something is to be done to the processes that a matcher accepts."""

    name = "launch.events.process.ProcessTargetedEvent"

    def __init__(self, *, process_matcher: Callable[[ProcessAction], bool]) -> None:
        self.__process_matcher = process_matcher

    @property
    def process_matcher(self) -> Callable[[ProcessAction], bool]:
        """The matcher."""
        return self.__process_matcher
