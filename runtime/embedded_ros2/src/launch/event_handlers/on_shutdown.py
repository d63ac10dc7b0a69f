"""The handler for the end of the launch."""

from collections.abc import Callable
from typing import Any

from ..event import Event
from ..event_handler import BaseEventHandler
from ..events.shutdown import Shutdown
from ..launch_context import LaunchContext
from ..some_entities_type import SomeEntitiesType
from ..utilities import normalize_to_list_of_entities

OnShutdownType = SomeEntitiesType | Callable[[Shutdown, LaunchContext], SomeEntitiesType | None]


class OnShutdown(BaseEventHandler):
    """Visits entities when the launch ends."""

    def __init__(self, *, on_shutdown: OnShutdownType, **kwargs: Any) -> None:
        super().__init__(matcher=lambda event: isinstance(event, Shutdown), **kwargs)
        self.__on_shutdown = on_shutdown

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities to visit because of the event."""
        super().handle(event, context)
        context.extend_locals({"event": event})
        if callable(self.__on_shutdown):
            return self.__on_shutdown(event, context)  # type: ignore[arg-type]
        return self.__on_shutdown

    def describe(self) -> tuple[str, list[Any]]:
        """Return a one-line text and the entities inside, if they are known."""
        inside = self.__on_shutdown
        known = [] if callable(inside) else normalize_to_list_of_entities(inside)
        return "OnShutdown(matcher='event is Shutdown')", known
