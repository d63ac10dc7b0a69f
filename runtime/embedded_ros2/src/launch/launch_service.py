"""The loop that visits entities and handles events."""

import asyncio
import contextlib
import logging as python_logging
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from typing import Any, Optional

from . import logging
from .event import Event
from .event_handlers import OnIncludeLaunchDescription, OnShutdown
from .events import IncludeLaunchDescription, Shutdown
from .events.process import SignalProcess
from .launch_context import LaunchContext
from .launch_description import LaunchDescription
from .launch_description_entity import LaunchDescriptionEntity
from .utilities import visit_all_entities_and_collect_futures

# Seconds from SIGTERM to SIGKILL for the children of a launch that is asked to end twice.
HURRY_S = 2.0


class LaunchService:
    """Runs launch descriptions until nothing is left to do or a shutdown is asked for.

    Args:
        argv: command line, for entities that ask the context for it.
        noninteractive: whether no terminal passes Ctrl-C on to the children, so that they are
            sent SIGINT from here.
        debug: whether to log each event.
    """

    def __init__(
        self,
        *,
        argv: Iterable[str] | None = None,
        noninteractive: bool = False,
        debug: bool = False,
    ) -> None:
        if debug:
            logging.launch_config.level = python_logging.DEBUG
        self.__logger = logging.get_logger("launch")
        self.__logger.info(f"All log files can be found below {logging.launch_config.log_dir}")
        level = python_logging.getLevelName(logging.launch_config.level)
        self.__logger.info(f"Default logging verbosity is set to {level}")
        self.__context = LaunchContext(argv=argv, noninteractive=noninteractive)
        self.__context.register_event_handler(OnIncludeLaunchDescription())
        self.__context.register_event_handler(OnShutdown(on_shutdown=self.__on_shutdown))
        self.__pairs: list[tuple[LaunchDescriptionEntity, asyncio.Future[None]]] = []
        self.__lock = threading.Lock()
        self.__loop: asyncio.AbstractEventLoop | None = None
        self.__shutting_down = False
        self.__return_code = 0

    @property
    def context(self) -> LaunchContext:
        """The launch context."""
        return self.__context

    @property
    def event_loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop of the run, None outside of one."""
        return self.__loop

    @property
    def task(self) -> Optional["asyncio.Task[Any]"]:
        """The task of the run, None outside of one."""
        return asyncio.current_task(self.__loop) if self.__loop is not None else None

    def emit_event(self, event: Event) -> None:
        """Queue an event, from any thread."""
        self.__context.emit_event_sync(event)

    def include_launch_description(self, launch_description: LaunchDescription) -> None:
        """Have a launch description visited."""
        self.emit_event(IncludeLaunchDescription(launch_description))

    def shutdown(self, force_sync: bool = False) -> None:
        """End the run, from any thread; nothing happens when there is none."""
        if self.__loop is not None:
            self.__begin_shutdown("LaunchService.shutdown() called", due_to_sigint=False)

    def __on_shutdown(self, event: Event, context: LaunchContext) -> None:
        self.__shutting_down = True
        context._set_is_shutdown(True)

    def __begin_shutdown(self, reason: str, *, due_to_sigint: bool) -> None:
        if not self.__shutting_down:
            self.__shutting_down = True
            self.__context._set_is_shutdown(True)
            self.emit_event(Shutdown(reason=reason, due_to_sigint=due_to_sigint))

    # Signals

    def __on_sigint(self) -> None:
        message = "user interrupted with ctrl-c (SIGINT)"
        if self.__shutting_down:
            self.__logger.warning(f"{message} again, ignoring...")
        else:
            self.__logger.warning(message)
            self.__begin_shutdown("ctrl-c (SIGINT)", due_to_sigint=True)

    def __on_sigterm(self, name: str) -> None:
        if not self.__shutting_down:
            self.__logger.warning(f"received {name}, ending all processes")
            # Nobody but the launch was sent this signal: the children need theirs.
            self.__begin_shutdown(name, due_to_sigint=False)
            return
        # Whoever asks twice kills next: a launch that is killed cannot end its children.
        self.__logger.warning(f"received {name} while shutting down, hurrying up")
        self.__signal_all(signal.SIGTERM)
        if self.__loop is not None:
            self.__loop.call_later(HURRY_S, self.__signal_all, signal.SIGKILL)

    def __signal_all(self, number: signal.Signals) -> None:
        self.emit_event(SignalProcess(signal_number=number, process_matcher=lambda _: True))

    @contextlib.contextmanager
    def __signals(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {
            n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
        }
        loop.add_signal_handler(signal.SIGINT, self.__on_sigint)
        loop.add_signal_handler(signal.SIGTERM, self.__on_sigterm, "SIGTERM")
        loop.add_signal_handler(signal.SIGQUIT, self.__on_sigterm, "SIGQUIT")
        try:
            yield
        finally:
            for number, handler in previous.items():
                loop.remove_signal_handler(number)
                if handler is not None:
                    signal.signal(number, handler)

    # The loop

    def __prune(self) -> None:
        self.__pairs = [pair for pair in self.__pairs if not pair[1].done()]
        self.__context._completion_futures = [
            future for future in self.__context._completion_futures if not future.done()
        ]

    def __futures(self) -> list["asyncio.Future[Any]"]:
        return [*(pair[1] for pair in self.__pairs), *self.__context._completion_futures]

    def __process_event(self, event: Event) -> None:
        self.__logger.debug(f"processing event: '{event}'")
        for handler in tuple(self.__context._event_handlers):
            if not handler.matches(event):
                continue
            self.__context._push_locals()
            try:
                entities = handler.handle(event, self.__context)
                if entities is None:
                    entities = []
                elif isinstance(entities, LaunchDescriptionEntity):
                    entities = [entities]
                for entity in entities:
                    if entity is None:
                        continue
                    if not isinstance(entity, LaunchDescriptionEntity):
                        raise RuntimeError(
                            "expected a LaunchDescriptionEntity from event_handler, got "
                            f"'{entity}'"
                        )
                    self.__pairs += visit_all_entities_and_collect_futures(entity, self.__context)
            finally:
                self.__context._pop_locals()

    async def __run(self, shutdown_when_idle: bool) -> None:
        queue = self.__context._event_queue
        next_event: asyncio.Task[Event] | None = None
        try:
            while True:
                self.__prune()
                waiting = next_event is not None and next_event.done()
                if not self.__futures() and queue.empty() and not waiting:
                    # Callbacks of the last future may be about to queue an event.
                    await asyncio.sleep(0)
                    waiting = next_event is not None and next_event.done()
                    if queue.empty() and not waiting:
                        if self.__shutting_down:
                            return
                        if shutdown_when_idle:
                            self.__begin_shutdown("idle", due_to_sigint=False)
                if next_event is None:
                    next_event = asyncio.ensure_future(queue.get())
                await asyncio.wait(
                    [next_event, *self.__futures()], return_when=asyncio.FIRST_COMPLETED
                )
                if next_event.done():
                    event, next_event = next_event.result(), None
                    self.__process_event_or_shut_down(event)
        finally:
            if next_event is not None:
                next_event.cancel()

    def __process_event_or_shut_down(self, event: Event) -> None:
        try:
            self.__process_event(event)
        except Exception as error:
            self.__logger.debug(traceback.format_exc())
            message = f"Caught exception in launch (see debug for traceback): {error}"
            self.__logger.error(message)
            self.__return_code = 1
            # The loop goes on, so that what runs already is ended properly.
            self.__begin_shutdown(message, due_to_sigint=False)

    async def run_async(self, *, shutdown_when_idle: bool = True) -> int:
        """Run in the current event loop and return the exit code: 1 after an exception."""
        with self.__lock:
            if self.__loop is not None:
                raise RuntimeError("LaunchService.run() called from multiple threads")
            self.__loop = asyncio.get_running_loop()
        self.__context._set_asyncio_loop(self.__loop)
        self.__return_code = 0
        try:
            with self.__signals(self.__loop):
                await self.__run(shutdown_when_idle)
        finally:
            self.__shutting_down = False
            self.__loop = None
            self.__context._set_asyncio_loop(None)
            self.__context._set_is_shutdown(False)
            sys.stdout.flush()
        return self.__return_code

    def run(self, *, shutdown_when_idle: bool = True) -> int:
        """Run until all is done and return the exit code: 1 after an exception."""
        return asyncio.run(self.run_async(shutdown_when_idle=shutdown_when_idle))
