"""The node that a command looks at the graph with."""

import argparse
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .errors import TerminatedError

Result = TypeVar("Result")

# Seconds in which, on one host, all participants have found each other.
SPIN_TIME_S = 0.5
# Seconds after which something that a command waits for is said not to be there. A participant
# of Fast DDS may take three to see one that runs already.
_PATIENCE_S = {"rmw_cyclonedds_cpp": 2.0}
_LONGEST_PATIENCE_S = 6.0


def add_direct_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of commands that never ask a daemon."""
    parser.add_argument(
        "--spin-time",
        type=float,
        default=SPIN_TIME_S,
        help="Spin time in seconds to wait for discovery (only applies when not using an already "
        "running daemon)",
    )
    parser.add_argument(
        "-s", "--use-sim-time", action="store_true", help="Enable ROS simulation time"
    )


def add_node_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of commands that look at the graph."""
    add_direct_arguments(parser)
    parser.add_argument(
        "--no-daemon",
        action="store_true",
        help="Do not spawn nor use an already running daemon (there is none here)",
    )


def _terminate(*_: Any) -> None:
    raise TerminatedError


def _end_waits_by_signals() -> None:
    """Let SIGINT and SIGTERM raise, where rclpy handles them after its context's shutdown."""
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def direct_node(
    args: argparse.Namespace, *, discover: bool = False, outlives_signals: bool = False
) -> Iterator[Any]:
    """Give a node, hidden unless it is named.

    Args:
        args: The command's arguments.
        discover: Whether to wait for discovery.
        outlives_signals: Whether the node still works after SIGINT and SIGTERM have raised.
    """
    import rclpy
    import rclpy.node
    from rclpy.parameter import Parameter
    from rclpy.signals import SignalHandlerOptions

    _end_waits_by_signals()
    handled = SignalHandlerOptions.NO if outlives_signals else SignalHandlerOptions.ALL
    rclpy.init(args=[], signal_handler_options=handled)
    try:
        node = rclpy.create_node(
            getattr(args, "publishing_node_name", None) or f"_ros2cli_{os.getpid()}",
            start_parameter_services=False,
            enable_rosout=False,
            parameter_overrides=[
                Parameter("use_sim_time", value=bool(getattr(args, "use_sim_time", False)))
            ],
        )
        try:
            if discover:
                wait_for_graph(node, getattr(args, "spin_time", SPIN_TIME_S))
            yield node
        finally:
            node.destroy_node()
    finally:
        rclpy.try_shutdown()


def patience_s() -> float:
    """Return the seconds after which what is waited for is said not to be there."""
    from rclpy.utilities import get_rmw_implementation_identifier

    return _PATIENCE_S.get(get_rmw_implementation_identifier(), _LONGEST_PATIENCE_S)


def wait_for_graph(node: Any, spin_time: float) -> None:
    """Wait for ``spin_time`` seconds, and longer while new nodes and topics turn up."""
    begin = changed = time.monotonic()
    longest = max(patience_s(), spin_time)
    seen: Any = None
    while True:
        time.sleep(0.05)
        now = time.monotonic()
        graph = (
            sorted(node.get_node_names_and_namespaces()),
            sorted((name, tuple(types)) for name, types in node.get_topic_names_and_types()),
        )
        if graph != seen:
            seen, changed = graph, now
        if now - begin > longest:
            return
        if now - begin >= spin_time and now - changed >= min(spin_time, 0.25):
            return


def wait_until(find: Callable[[], Result | None], seconds: float | None = None) -> Result | None:
    """Return what ``find`` finds, None if it has not after some seconds, :func:`patience_s`."""
    import rclpy

    deadline = time.monotonic() + (patience_s() if seconds is None else seconds)
    while True:
        result = find()
        if result is not None or time.monotonic() > deadline or not rclpy.ok():
            return result
        time.sleep(0.05)


def spin(node: Any, until: Callable[[], bool] = lambda: False, period_s: float = 0.5) -> None:
    """Spin the node until a condition holds; Ctrl-C and a shutdown end it too."""
    import rclpy
    from rclpy.executors import ExternalShutdownException

    try:
        while rclpy.ok() and not until():
            rclpy.spin_once(node, timeout_sec=period_s)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


def absolute(name: str) -> str:
    """Return a name with a slash in front, as topics given on the command line are meant."""
    return name if name.startswith("/") else f"/{name}"


def is_hidden(name: str) -> bool:
    """Return whether a part of a name begins with an underscore."""
    return any(part.startswith("_") for part in name.split("/"))
