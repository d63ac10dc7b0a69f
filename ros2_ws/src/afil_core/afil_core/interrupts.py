"""Ctrl-C that ends a node between two callbacks, never in the middle of one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
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


@contextmanager
def ending_with_its_context(is_ok: Callable[[], bool], ended: type[Exception]) -> Iterator[None]:
    """Leave the block quietly when it fails because the ROS context was shut down.

    Args:
        is_ok: ``rclpy.ok``.
        ended: ``rclpy.executors.ExternalShutdownException``.
    """
    try:
        yield
    except ended:
        pass
    except RuntimeError:
        # A signal may take the context away while a callback publishes.
        if is_ok():
            raise
