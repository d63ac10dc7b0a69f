"""Client library of ROS 2 for machines without a ROS 2 installation.

The public API is that of the real ``rclpy`` (Jazzy), so the same node runs on either.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedded_ros2 import finder
from embedded_ros2.real_ros import refuse_to_shadow

refuse_to_shadow("rclpy")
finder.install()

from rclpy.parameter import Parameter  # noqa: E402
from rclpy.signals import (  # noqa: E402
    SignalHandlerOptions,
    _register_context,
    install_signal_handlers,
    uninstall_signal_handlers,
)
from rclpy.task import Future  # noqa: E402
from rclpy.utilities import (  # noqa: E402
    get_default_context,
    get_rmw_implementation_identifier,
    ok,
    try_shutdown,
)
from rclpy.utilities import shutdown as _shutdown  # noqa: E402

if TYPE_CHECKING:
    from rclpy.context import Context
    from rclpy.executors import Executor
    from rclpy.node import Node

__all__ = ["Parameter", "create_node", "get_default_context", "get_global_executor",
           "get_rmw_implementation_identifier", "init", "ok", "shutdown", "spin", "spin_once",
           "spin_until_future_complete", "try_shutdown"]  # fmt: skip

_MODULES = ("action", "callback_groups", "clock", "context", "duration", "event_handler",
            "exceptions", "executors", "lifecycle", "logging", "node", "publisher",
            "qos", "serialization", "service", "subscription", "task", "time", "timer",
            "utilities", "wait_for_message")  # fmt: skip


def __getattr__(name: str) -> Any:
    """Make submodules available after ``import rclpy`` alone; real rclpy imports most of them."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "Context":
        return importlib.import_module(f"{__name__}.context").Context
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_global_executor: Executor | None = None


class InitContextManager:
    """What :func:`init` returns: leaving its block shuts down."""

    def __init__(self, context: Context, previous: Any) -> None:
        self.context = context
        self._previous = previous

    def __enter__(self) -> InitContextManager:
        return self

    def __exit__(self, *args: object) -> None:
        if self.context is get_default_context():
            try_shutdown()
        else:
            self.context.try_shutdown()
        uninstall_signal_handlers()


def init(
    *,
    args: Sequence[str] | None = None,
    context: Context | None = None,
    domain_id: int | None = None,
    signal_handler_options: SignalHandlerOptions | None = None,
) -> InitContextManager:
    """Initialize a context; usable as ``with rclpy.init(): ...``.

    Args:
        args: Command line, the process's own where None.
        context: Context, the default one where None.
        domain_id: DDS domain, ``ROS_DOMAIN_ID`` where None.
        signal_handler_options: Signals to handle: all for the default context, else none.
    """
    default = context is None
    context = context or get_default_context()
    if signal_handler_options is None:
        signal_handler_options = SignalHandlerOptions.ALL if default else SignalHandlerOptions.NO
    context.init(args, domain_id=domain_id)
    install_signal_handlers(signal_handler_options)
    _register_context(context)
    return InitContextManager(context, None)


def get_global_executor() -> Executor:
    """Executor that the spin functions use where none is given."""
    global _global_executor
    if _global_executor is None or not _global_executor.context.ok():
        from rclpy.executors import SingleThreadedExecutor

        _global_executor = SingleThreadedExecutor()
    return _global_executor


def shutdown(*, context: Context | None = None, uninstall_handlers: bool | None = None) -> None:
    """Shut a context down; signal handlers go with the default one."""
    global _global_executor
    if context is None and _global_executor is not None:
        _global_executor.shutdown()
        _global_executor = None
    _shutdown(context=context)
    if uninstall_handlers or (uninstall_handlers is None and context is None):
        uninstall_signal_handlers()


def create_node(node_name: str, **kwargs: Any) -> Node:
    """Create a node; the arguments are those of :class:`rclpy.node.Node`."""
    from rclpy.node import Node

    return Node(node_name, **kwargs)


def spin_once(
    node: Node, *, executor: Executor | None = None, timeout_sec: float | None = None
) -> None:
    """Run one callback of a node, or wait for one until the time is over."""
    executor = executor or get_global_executor()
    try:
        executor.add_node(node)
        executor.spin_once(timeout_sec=timeout_sec)
    finally:
        executor.remove_node(node)


def spin(node: Node, executor: Executor | None = None) -> None:
    """Run a node's callbacks until shutdown.

    Raises:
        ExternalShutdownException: The context was shut down from outside, e.g. by SIGTERM.
    """
    executor = executor or get_global_executor()
    try:
        executor.add_node(node)
        while executor.context.ok():
            executor.spin_once()
    finally:
        executor.remove_node(node)


def spin_until_future_complete(
    node: Node,
    future: Future,
    executor: Executor | None = None,
    timeout_sec: float | None = None,
) -> None:
    """Run a node's callbacks until a future is done or the time is over."""
    executor = executor or get_global_executor()
    try:
        executor.add_node(node)
        executor.spin_until_future_complete(future, timeout_sec)
    finally:
        executor.remove_node(node)
