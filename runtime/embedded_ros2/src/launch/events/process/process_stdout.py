"""The event of output on stdout."""

from typing import Any

from .process_io import ProcessIO


class ProcessStdout(ProcessIO):
    """A process has written to stdout."""

    name = "launch.events.process.ProcessStdout"

    def __init__(self, *, text: bytes, **kwargs: Any) -> None:
        super().__init__(text=text, fd=1, **kwargs)
