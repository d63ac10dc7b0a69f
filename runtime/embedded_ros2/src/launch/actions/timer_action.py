"""The action that waits before it does others."""

import asyncio
from collections.abc import Iterable
from typing import Any, Optional

from ..action import Action
from ..event_handler import EventHandler
from ..event_handlers import OnShutdown
from ..events import TimerEvent
from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
from .opaque_function import OpaqueFunction


class TimerAction(Action):
    """Visits actions after a period.

    Args:
        period: seconds.
        actions: the actions.
        cancel_on_shutdown: whether a shutdown ends the waiting without the actions.
    """

    def __init__(
        self,
        *,
        period: float | SomeSubstitutionsType,
        actions: Iterable[LaunchDescriptionEntity],
        cancel_on_shutdown: bool | SomeSubstitutionsType = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__period = normalize_typed_substitution(period, float)
        self.__actions = list(actions)
        self.__cancel_on_shutdown = normalize_typed_substitution(cancel_on_shutdown, bool)
        self.__future: asyncio.Future[None] | None = None
        self.__canceled = False
        self.__sleep: asyncio.TimerHandle | None = None

    @property
    def period(self) -> Any:
        """Seconds to wait."""
        return self.__period

    @property
    def actions(self) -> list[LaunchDescriptionEntity]:
        """The actions."""
        return self.__actions

    def describe_conditional_sub_entities(self) -> list[tuple[str, list[Any]]]:
        """Return the actions."""
        return [("after the timer's period", self.__actions)]

    def cancel(self) -> None:
        """End the waiting; the actions are not visited."""
        self.__canceled = True
        if self.__sleep is not None:
            self.__sleep.cancel()
        if self.__future is not None and not self.__future.done():
            self.__future.set_result(None)

    def execute(self, context: LaunchContext) -> None:
        """Begin to wait."""
        if context.is_shutdown and perform_typed_substitution(
            context, self.__cancel_on_shutdown, bool
        ):
            self.__canceled = True
        if self.__canceled:
            return
        assert context.asyncio_loop is not None
        loop = context.asyncio_loop
        self.__future = loop.create_future()
        handler = EventHandler(
            matcher=lambda e: isinstance(e, TimerEvent) and e.timer_action is self,
            entities=[OpaqueFunction(function=lambda _: self.__finish()), *self.__actions],
            handle_once=True,
        )
        context.register_event_handler(handler)
        if perform_typed_substitution(context, self.__cancel_on_shutdown, bool):
            context.register_event_handler(OnShutdown(on_shutdown=self.__on_shutdown))
        period = perform_typed_substitution(context, self.__period, float)
        self.__sleep = loop.call_later(
            period, context.emit_event_sync, TimerEvent(timer_action=self)
        )

    def __finish(self) -> None:
        if self.__future is not None and not self.__future.done():
            self.__future.set_result(None)

    def __on_shutdown(self, event: Any, context: LaunchContext) -> None:
        self.cancel()

    def get_asyncio_future(self) -> Optional["asyncio.Future[None]"]:
        """Return the future that is done when the waiting is."""
        return self.__future
