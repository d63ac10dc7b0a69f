"""Signals as KeyboardInterrupt, so that ``finally`` blocks stop robots and child processes."""

from __future__ import annotations

import signal
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_signals() -> None:
    """Let SIGINT, SIGTERM and a closed terminal raise KeyboardInterrupt in the main thread."""
    for number in _ENDING:
        # Who started us with nohup wants to close the terminal and have us go on.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def ignore_signals() -> None:
    """From here on only SIGKILL ends the process: a second Ctrl-C must not cut a stop short."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
