"""Signals that end long work at once, wherever it is, and let it tidy up behind itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Whether a signal came.

    Attributes:
        requested: Whether it did.
    """

    def __init__(self) -> None:
        self.requested = False

    def check(self) -> None:
        """Raise once more what a library may have taken for an error of its own.

        Raises:
            KeyboardInterrupt: A signal came.
        """
        if self.requested:
            raise KeyboardInterrupt


@contextmanager
def ended_by_signals() -> Iterator[Ending]:
    """Let SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt inside the block, once.

    For work in the main thread whose results appear whole or not at all. A terminal's Ctrl-C and
    ``ros2 launch`` both send SIGINT, so further ones don't break into the tidying up; a SIGTERM
    after the first signal kills as usual.

    Yields:
        Tells whether a signal came; ask it between two pieces of work.
    """
    ending = Ending()
    before = {}

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        ending.requested = True
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise KeyboardInterrupt

    for number in _ENDING:
        # nohup and its like have SIGHUP ignored, which stays so.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, handle)
    try:
        yield ending
    finally:
        if not ending.requested:
            for number, handler in before.items():
                signal.signal(number, handler)
