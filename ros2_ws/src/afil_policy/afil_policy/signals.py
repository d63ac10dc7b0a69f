"""Signals that end the work in an order in which robots and child processes are stopped."""

from __future__ import annotations

import signal
import time
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_signals() -> None:
    """Let SIGINT, SIGTERM and a closed terminal raise KeyboardInterrupt in the main thread."""
    for number in _ENDING:
        # Who started us with nohup wants to close the terminal and have us go on.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


class StopRequest:
    """From now on a signal asks the loop to end instead of raising in the middle of its work.

    A KeyboardInterrupt inside a library can come out of it as any other error. One more signal, a
    second or more after the first, raises nevertheless: it is for a callback that hangs.
    """

    _ONE_CTRL_C_S = 1.0  # The terminal and launch both send one.

    def __init__(self) -> None:
        self._since_s: float | None = None
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)

    @property
    def is_made(self) -> bool:
        """Whether a signal came."""
        return self._since_s is not None

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        now_s = time.monotonic()
        if self._since_s is None:
            self._since_s = now_s
        elif now_s - self._since_s >= self._ONE_CTRL_C_S:
            raise KeyboardInterrupt


def ignore_signals() -> None:
    """From here on only SIGKILL ends the process: a second Ctrl-C must not cut a stop short."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
