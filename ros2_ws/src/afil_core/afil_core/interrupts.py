"""Ctrl-C that ends a node between two callbacks, never in the middle of one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_raised_only_here() -> Iterator[None]:
    """Raise KeyboardInterrupt for SIGINT inside the block, and nothing any more after it.

    For ``rclpy.init()``, whose own handler shuts the context down and then calls the one that was
    there before. A KeyboardInterrupt in the middle of a callback could cut a bag's chunk in two,
    or turn into whatever error the library makes of it that happens to be running; without it the
    callback ends, and the executor finds the context shut down.

    Raises:
        KeyboardInterrupt: SIGINT came inside the block.
    """
    is_inside = True

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        if is_inside:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        is_inside = False
