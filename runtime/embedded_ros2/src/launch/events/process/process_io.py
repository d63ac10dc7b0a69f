"""The base of events about a process's streams."""

from typing import Any

from .running_process_event import RunningProcessEvent


class ProcessIO(RunningProcessEvent):
    """A process reads or writes."""

    name = "launch.events.process.ProcessIO"

    def __init__(self, *, text: bytes, fd: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__text = text
        self.__fd = fd

    @property
    def text(self) -> bytes:
        """The data."""
        return self.__text

    @property
    def from_stdin(self) -> bool:
        """Whether it went into standard input."""
        return self.__fd == 0

    @property
    def from_stdout(self) -> bool:
        """Whether it came from standard output."""
        return self.__fd == 1

    @property
    def from_stderr(self) -> bool:
        """Whether it came from standard error."""
        return self.__fd == 2
