"""The action that runs a Python coroutine."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Optional

from ..action import Action
from ..event_handlers import OnShutdown
from ..launch_context import LaunchContext


class OpaqueCoroutine(Action):
    """Runs ``coroutine(context, *args, **kwargs)`` beside the rest; a shutdown cancels it."""

    def __init__(
        self,
        *,
        coroutine: Callable[..., Coroutine[Any, Any, None]],
        args: Iterable[Any] | None = None,
        kwargs: dict[str, Any] | None = None,
        ignore_context: bool = False,
        **left_over_kwargs: Any,
    ) -> None:
        super().__init__(**left_over_kwargs)
        if not asyncio.iscoroutinefunction(coroutine):
            raise TypeError(
                "OpaqueCoroutine expected a coroutine function for 'coroutine', "
                f"got '{type(coroutine)}'"
            )
        self.__coroutine = coroutine
        self.__args = list(args) if args is not None else []
        self.__kwargs = kwargs if kwargs is not None else {}
        self.__ignore_context = ignore_context
        self.__future: asyncio.Future[None] | None = None

    def execute(self, context: LaunchContext) -> None:
        """Start the coroutine."""
        args = self.__args if self.__ignore_context else [context, *self.__args]
        assert context.asyncio_loop is not None
        self.__future = context.asyncio_loop.create_task(self.__coroutine(*args, **self.__kwargs))

        def on_shutdown(event: Any, context: LaunchContext) -> None:
            if self.__future is not None:
                self.__future.cancel()

        context.register_event_handler(OnShutdown(on_shutdown=on_shutdown))

    def get_asyncio_future(self) -> Optional["asyncio.Future[None]"]:
        """Return the coroutine's task."""
        return self.__future
