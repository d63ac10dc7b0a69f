"""The state that entities share while they are launched."""

import asyncio
import collections
import os
from collections.abc import Iterable
from typing import Any, Protocol

from .event import Event


class _EventHandler(Protocol):
    """What the context needs of an event handler."""

    def matches(self, event: Event) -> bool:
        """Whether the event concerns it."""

    def handle(self, event: Event, context: "LaunchContext") -> Any:
        """Return what the event leads to."""


class _Substitution(Protocol):
    """What the context needs of a substitution."""

    def perform(self, context: "LaunchContext") -> str:
        """Return its text."""


class _Locals:
    """Attribute access to the local variables of the entity that is being visited."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__["_values"] = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(
                f"context.locals has no variable '{name}'; it has {sorted(self._values)}"
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("use context.extend_locals() to set a local variable")


class LaunchContext:
    """Launch configurations, environment, local variables, event queue and handlers."""

    def __init__(self, *, argv: Iterable[str] | None = None, noninteractive: bool = False) -> None:
        self.__argv = list(argv) if argv is not None else []
        self.__noninteractive = noninteractive
        self._event_queue: asyncio.Queue[Event] = asyncio.Queue()
        self._event_handlers: collections.deque[_EventHandler] = collections.deque()
        self._completion_futures: list[asyncio.Future[Any]] = []
        self.__globals: dict[str, Any] = {}
        self.__locals: dict[str, Any] = {}
        self.__locals_stack: list[dict[str, Any]] = []
        self.__configurations: dict[str, str] = {}
        self.__configurations_stack: list[dict[str, str]] = []
        self.__environment_stack: list[dict[str, str]] = []
        self.__environment_reset = dict(os.environ)
        self.__is_shutdown = False
        self.__loop: asyncio.AbstractEventLoop | None = None

    @property
    def argv(self) -> list[str]:
        """The command line of the launch."""
        return self.__argv

    @property
    def noninteractive(self) -> bool:
        """Whether no terminal passes Ctrl-C on to the children."""
        return self.__noninteractive

    @property
    def is_shutdown(self) -> bool:
        """Whether the launch is ending."""
        return self.__is_shutdown

    def _set_is_shutdown(self, state: bool) -> None:
        self.__is_shutdown = state

    @property
    def asyncio_loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that the launch runs in, None outside of a run."""
        return self.__loop

    def _set_asyncio_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        if loop is not None:
            # A queue belongs to the loop it was first waited for in.
            before, self._event_queue = self._event_queue, asyncio.Queue()
            while not before.empty():
                self._event_queue.put_nowait(before.get_nowait())
        self.__loop = loop

    def add_completion_future(self, future: "asyncio.Future[Any]") -> None:
        """Keep the launch from being idle until the future is done."""
        self._completion_futures.append(future)

    # Local variables

    @property
    def locals(self) -> _Locals:
        """The local variables, as attributes."""
        return _Locals({**self.__globals, **self.__locals})

    def get_locals_as_dict(self) -> dict[str, Any]:
        """Return the local variables."""
        return {**self.__globals, **self.__locals}

    def extend_locals(self, extensions: dict[str, Any]) -> None:
        """Set local variables, until the event that is being handled is done."""
        self.__locals.update(extensions)

    def extend_globals(self, extensions: dict[str, Any]) -> None:
        """Set variables that every event sees; local ones of the same name hide them."""
        self.__globals.update(extensions)

    def _push_locals(self) -> None:
        self.__locals_stack.append(dict(self.__locals))

    def _pop_locals(self) -> None:
        if not self.__locals_stack:
            raise RuntimeError("locals stack unexpectedly empty")
        self.__locals = self.__locals_stack.pop()

    # Launch configurations

    @property
    def launch_configurations(self) -> dict[str, Any]:
        """The launch configurations by name."""
        return self.__configurations

    def _push_launch_configurations(self) -> None:
        self.__configurations_stack.append(dict(self.__configurations))

    def _pop_launch_configurations(self) -> None:
        if not self.__configurations_stack:
            raise RuntimeError("launch configurations stack unexpectedly empty")
        # The dictionary keeps its identity: entities may hold on to it.
        previous = self.__configurations_stack.pop()
        self.__configurations.clear()
        self.__configurations.update(previous)

    # Environment

    @property
    def environment(self) -> Any:
        """The environment that children get: this process's own."""
        return os.environ

    def _push_environment(self) -> None:
        self.__environment_stack.append(dict(os.environ))

    def _pop_environment(self) -> None:
        if not self.__environment_stack:
            raise RuntimeError("environment stack unexpectedly empty")
        self.__restore(self.__environment_stack.pop())

    def _reset_environment(self) -> None:
        self.__restore(self.__environment_reset)

    @staticmethod
    def __restore(environment: dict[str, str]) -> None:
        for name in set(os.environ) - set(environment):
            del os.environ[name]
        for name, value in environment.items():
            if os.environ.get(name) != value:
                os.environ[name] = value

    # Events

    def would_handle_event(self, event: Event) -> bool:
        """Return whether some handler waits for such an event."""
        return any(handler.matches(event) for handler in self._event_handlers)

    def register_event_handler(
        self, event_handler: _EventHandler, *, append: bool = False
    ) -> None:
        """Add a handler; newer ones come first unless ``append``."""
        if append:
            self._event_handlers.append(event_handler)
        else:
            self._event_handlers.appendleft(event_handler)

    def unregister_event_handler(self, event_handler: _EventHandler) -> None:
        """Remove a handler; ValueError if it is not registered."""
        self._event_handlers.remove(event_handler)

    def emit_event_sync(self, event: Event) -> None:
        """Queue an event from code that is not a coroutine."""
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if self.__loop is None or here is self.__loop:
            # From within the loop the order of events is the order of calls.
            self._event_queue.put_nowait(event)
        else:
            self.__loop.call_soon_threadsafe(self._event_queue.put_nowait, event)

    async def emit_event(self, event: Event) -> None:
        """Queue an event."""
        await self._event_queue.put(event)

    def perform_substitution(self, substitution: _Substitution) -> str:
        """Return the text of a substitution."""
        return substitution.perform(self)
