"""Signals as KeyboardInterrupt, so that ``finally`` blocks stop robots and child processes."""

from __future__ import annotations

import signal
from types import FrameType


def interrupt_on_signals() -> None:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt in the main thread."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
