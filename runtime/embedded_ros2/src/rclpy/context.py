"""Life of the client library: initialized, shut down, and who is told."""

from __future__ import annotations

import atexit
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

from rclpy.impl import arguments, rosout_state
from rclpy.impl.discovery import Graph
from rclpy.impl.domain import create_participant, domain_id_from_environment, leave_domains
from rclpy.impl.memory import keep_big_blocks

g_logging_ref_count = 0
_contexts: weakref.WeakSet[Context] = weakref.WeakSet()


class Context:
    """Shared state of nodes: arguments, DDS participant, shutdown callbacks."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._callbacks: list[Any] = []
        self._shutdown_listeners: set[Callable[[], None]] = set()
        self._initialized = False
        self._ok = False
        self._domain_id: int | None = None
        self._participant: Any = None
        self._graph: Graph | None = None
        self._arguments = arguments.parse([])
        self._nodes: weakref.WeakSet[Any] = weakref.WeakSet()
        self.rosout = rosout_state.RosoutState()

    def init(
        self,
        args: Sequence[str] | None = None,
        *,
        initialize_logging: bool = True,
        domain_id: int | None = None,
    ) -> None:
        """Initialize with command-line arguments.

        Args:
            args: Arguments, the process's own where None.
            initialize_logging: Whether ``--log-level`` and log files are set up.
            domain_id: Overrides ``ROS_DOMAIN_ID``.

        Raises:
            RuntimeError: Already initialized, or the arguments or the domain are wrong.
        """
        from rclpy.impl import logging_setup

        with self._lock:
            if self._ok:
                raise RuntimeError("Context.init() must only be called once")
            if domain_id is not None and domain_id < 0:
                raise RuntimeError(f"Domain id ({domain_id}) should not be lower than zero.")
            self._arguments = arguments.parse(list(sys.argv if args is None else args))
            self._domain_id = domain_id_from_environment() if domain_id is None else domain_id
            if initialize_logging:
                logging_setup.configure(self._arguments)
            keep_big_blocks()
            self._initialized = self._ok = True
            _contexts.add(self)

    def get_domain_id(self) -> int:
        """DDS domain of this context."""
        if self._domain_id is None:
            raise RuntimeError("Context has not been initialized")
        return self._domain_id

    def ok(self) -> bool:
        """Whether it is initialized and not shut down."""
        return self._ok

    @property
    def participant(self) -> Any:
        """DDS participant; joins the domain on first use."""
        with self._lock:
            if not self._ok:
                from rclpy.exceptions import NotInitializedException

                raise NotInitializedException("cannot use a context that is not initialized")
            if self._participant is None:
                self._participant = create_participant(self.get_domain_id())
                self._graph = Graph(self._participant)
            return self._participant

    @property
    def graph(self) -> Graph:
        """What is known of other nodes."""
        if self._graph is None:
            _ = self.participant
        return self._graph  # type: ignore[return-value]

    def shutdown(self) -> None:
        """Shut down; spinning ends, and the callbacks run.

        Raises:
            RuntimeError: It is shut down already.
        """
        with self._lock:
            if not self._ok:
                raise RuntimeError("Context already shutdown.")
        self._shutdown()

    def try_shutdown(self) -> None:
        """As :meth:`shutdown`; does nothing where that has happened."""
        if self._ok:
            self._shutdown()

    def _shutdown(self) -> None:
        with self._lock:
            if not self._ok:
                return
            self._ok = False
        for listener in list(self._shutdown_listeners):
            listener()
        callbacks, self._callbacks = self._callbacks, []
        for reference in callbacks:
            callback = reference()
            if callback is not None:
                callback()
        if self._graph is not None:
            self._graph.announce_nothing()
        self._release_if_unused()

    def _release_if_unused(self) -> None:
        """Leave the domain when shut down and the last node is gone."""
        with self._lock:
            if self._ok or len(self._nodes) or self._graph is None:
                return
            graph, self._graph, self._participant = self._graph, None, None
        graph.close()

    def _leave(self) -> None:
        """Leave the domain for good, whatever still exists here."""
        with self._lock:
            self._ok = False
            graph, self._graph = self._graph, None
            participant, self._participant = self._participant, None
        if graph is not None:
            graph.announce_nothing()
            graph.close()
            # Nodes that still exist refer to it; what it has goes with it.
            participant.__del__()

    def on_shutdown(self, callback: Callable[[], None]) -> None:
        """Call a method (kept weakly) when the context is shut down."""
        if not callable(callback):
            raise TypeError("callback should be a callable, got {}", type(callback))
        with self._lock:
            if self._initialized and not self._ok:
                callback()
            elif isinstance(callback, MethodType):
                self._callbacks.append(weakref.WeakMethod(callback))
            else:
                self._callbacks.append(lambda: callback)

    def _wait_for(self, event: threading.Event, timeout_sec: float | None = None) -> bool:
        """Wait for an event that another thread sets; returns whether it came in time.

        Raises:
            ExternalShutdownException: The context was shut down before.
        """
        self._shutdown_listeners.add(event.set)
        try:
            if not self._ok or (event.wait(timeout_sec) and not self._ok):
                from rclpy.impl.ready import ExternalShutdownException

                raise ExternalShutdownException()
            return event.is_set()
        finally:
            self._shutdown_listeners.discard(event.set)

    def graph_change(self, entry: Any, gone: tuple[Any, ...]) -> None:
        """Announce that endpoints of a node are gone, unless nobody listens any more."""
        if self._graph is not None:
            self._graph.change(entry, remove=gone)

    def leave_graph(self, entry: Any) -> None:
        """Announce that a node is gone."""
        if self._graph is not None:
            self._graph.remove_node(entry)

    def track_node(self, node: Any) -> None:
        """Remember a node so that the participant outlives it."""
        self._nodes.add(node)

    def untrack_node(self, node: Any) -> None:
        """Forget a node."""
        self._nodes.discard(node)
        self._release_if_unused()

    def __enter__(self) -> Context:
        return self

    def __exit__(self, *args: object) -> None:
        self.try_shutdown()


@atexit.register
def _leave_at_exit() -> None:
    """Spare the peers of a process that ends without a shutdown a wait for its lease to expire."""
    # A daemon thread that still spins fails now, a moment before it would be stopped anyway.
    threading.excepthook = lambda _: None
    for context in list(_contexts):
        context._leave()
    leave_domains()
