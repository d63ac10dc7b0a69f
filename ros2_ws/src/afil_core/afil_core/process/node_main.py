"""The life of a node's process.

A node's whole ``main`` is one line::

    def main() -> int:
        return run_node(WorldNode)
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import rclpy
from rclpy.exceptions import NameValidationException, ParameterException
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from afil_core.errors import AfilError, run
from afil_core.process.stop_signals import StopSignals

N = TypeVar("N", bound=Node)

# A signal is looked at this often while nothing happens.
_TURN_S: Final = 0.1
_FAREWELL_S: Final = 0.3
# rcl says where in its sources it noticed something.
_SOURCE_LINE: Final = re.compile(r", at /\S+:\d+")


def run_node(make: Callable[[], N], **hooks: Any) -> int:
    """Be the whole process of a node.

    Args:
        make: The node's class, or a function that makes it.
        hooks: As of :func:`spin_node`.

    Returns:
        The exit code: 0, or what ``exit_code`` says, after an end that was asked for; 2 with a
        sentence on stderr when the node cannot start or go on; 130 when a signal broke in.
    """
    return run(lambda: spin_node(make, **hooks))


def spin_node(
    make: Callable[[], N],
    *,
    start: Callable[[N], None] | None = None,
    is_over: Callable[[N], bool] | None = None,
    close: Callable[[N], None] | None = None,
    exit_code: Callable[[N], int] | None = None,
    executor: Callable[[], Any] = SingleThreadedExecutor,
) -> int:
    """Run a node until a signal, or the node itself, ends it.

    SIGINT, SIGTERM and a closed terminal end it between two callbacks, while ROS still works:
    ``close`` can stop a robot or answer a call. A later one breaks into a callback that hangs.

    Args:
        make: The node's class, or a function that makes it; a signal breaks in.
        start: Called once before the first turn; a signal breaks in.
        is_over: Asked before each turn whether the node has nothing left to do.
        close: Called at the end, however it came; signals are ignored from here on.
        exit_code: Asked after an end that was not an error.
        executor: Makes the executor.

    Returns:
        The exit code.

    Raises:
        AfilError: The ROS arguments, a parameter or a name is wrong, or the node said so.
        KeyboardInterrupt: A signal broke in.
    """
    with StopSignals() as signals, open_node(make) as node:
        try:
            if start is not None:
                start(node)
            signals.between_steps()
            _spin(node, executor(), signals, is_over)
        finally:
            signals.never()
            if close is not None:
                close(node)
        return 0 if exit_code is None else exit_code(node)


def run_job(make: Callable[[StopSignals], N], job: Callable[[N], None]) -> int:
    """Be the whole process of a node that does one job and ends.

    The job has the main thread, where a signal ends it at any time; the executor has a thread of
    its own, so that the node answers meanwhile.

    Args:
        make: The node's class, or a function that makes it; it is given the signals, to ask
            between two pieces of work.
        job: The work; its results appear whole or not at all.

    Returns:
        The exit code: 0 when the job is done; 2 with a sentence on stderr when it cannot be; 130
        when a signal broke in.
    """

    def work() -> None:
        with StopSignals() as signals, open_node(lambda: make(signals)) as node, _spinning(node):
            job(node)

    return run(work)


@contextlib.contextmanager
def open_node(make: Callable[[], N]) -> Iterator[N]:
    """Start ROS with one node, for a program that spins it as it likes, and end both.

    rclpy's own signal handlers are not used: they take the context away under a callback that
    runs, and wake the executor before they do, so that it may wait for ever. Who opens a node
    says what signals do (:class:`~afil_core.process.stop_signals.StopSignals`).

    Raises:
        AfilError: The ROS arguments, a parameter or a name is wrong.
    """
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        raise AfilError(f"{_program()}: {_sentence(error)}") from error
    try:
        node = _made(make)
        try:
            yield node
        finally:
            node.destroy_node()
    finally:
        rclpy.try_shutdown()


@contextlib.contextmanager
def _spinning(node: Node) -> Iterator[None]:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, name="executor", daemon=True)
    thread.start()
    try:
        yield
    finally:
        executor.shutdown()
        thread.join()


def _spin(
    node: Node, executor: Any, signals: StopSignals, is_over: Callable[[Any], bool] | None
) -> None:
    executor.add_node(node)
    try:
        while not (signals.requested or (is_over is not None and is_over(node))):
            executor.spin_once(timeout_sec=_TURN_S)
        if not signals.requested:
            # What is not yet delivered is lost with the node: the answer to whoever ended it.
            time.sleep(_FAREWELL_S)
    except ExternalShutdownException:
        pass  # A callback ended the context.
    except RuntimeError:
        # As before, noticed by something that was still to be waited for.
        if rclpy.ok():
            raise
    finally:
        with contextlib.suppress(RuntimeError):
            executor.shutdown(timeout_sec=_TURN_S)


def _made(make: Callable[[], N]) -> N:
    try:
        return make()
    except (NameValidationException, ParameterException) as error:
        raise AfilError(f"{_program()}: {_sentence(error)}") from error


def _program() -> str:
    return sys.argv[0].rsplit("/", 1)[-1]


def _sentence(error: Exception) -> str:
    # What is wrong with a name, and the name in a line of its own; then a mark below it.
    lines = _SOURCE_LINE.sub("", str(error)).splitlines()[:2]
    return " ".join(line.strip() for line in lines).removeprefix("failed to initialize rcl: ")
