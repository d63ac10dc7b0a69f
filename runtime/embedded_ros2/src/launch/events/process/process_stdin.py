"""The event that writes to a process."""

from collections.abc import Callable
from typing import Any

from .process_targeted_event import ProcessTargetedEvent


class ProcessStdin(ProcessTargetedEvent):
    """Data is to be written to a process's standard input."""

    name = "launch.events.process.ProcessStdin"

    def __init__(self, *, text: bytes, process_matcher: Callable[[Any], bool]) -> None:
        super().__init__(process_matcher=process_matcher)
        self.__text = text

    @property
    def text(self) -> bytes:
        """The data."""
        return self.__text
