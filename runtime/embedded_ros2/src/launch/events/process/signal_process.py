"""The event that signals a process."""

import signal
from collections.abc import Callable
from typing import Any

from .process_targeted_event import ProcessTargetedEvent


class SignalProcess(ProcessTargetedEvent):
    """A process is to be sent a signal."""

    name = "launch.events.process.SignalProcess"

    def __init__(
        self,
        *,
        signal_number: str | int | signal.Signals,
        process_matcher: Callable[[Any], bool],
    ) -> None:
        super().__init__(process_matcher=process_matcher)
        if isinstance(signal_number, str):
            self.__signal = signal.Signals[signal_number]
        else:
            self.__signal = signal.Signals(signal_number)

    @property
    def signal(self) -> signal.Signals:
        """The signal."""
        return self.__signal

    @property
    def signal_name(self) -> str:
        """The signal's name, as in ``SIGINT``."""
        return self.__signal.name
