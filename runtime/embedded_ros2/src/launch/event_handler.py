"""The base of all event handlers."""

from collections.abc import Callable
from typing import Any

from .event import Event
from .launch_context import LaunchContext
from .launch_description_entity import LaunchDescriptionEntity
from .some_entities_type import SomeEntitiesType


class BaseEventHandler:
    """Waits for events that a matcher accepts."""

    def __init__(self, *, matcher: Callable[[Event], bool], handle_once: bool = False) -> None:
        self.__matcher = matcher
        self.__handle_once = handle_once

    @property
    def handle_once(self) -> bool:
        """Whether the handler is gone after its first event."""
        return self.__handle_once

    @property
    def handler_description(self) -> str:
        """What the handler does."""
        return "actions"

    @property
    def matcher_description(self) -> str:
        """What the handler waits for."""
        return "event"

    def matches(self, event: Event) -> bool:
        """Return whether the handler waits for this event."""
        return self.__matcher(event)

    def describe(self) -> tuple[str, list[Any]]:
        """Return a one-line text and the entities inside, if they are known."""
        name = type(self).__name__
        return f"{name}(matcher='{self.matcher_description}', handler='...')", []

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities to visit because of the event."""
        if self.__handle_once:
            context.unregister_event_handler(self)
        return None


class EventHandler(BaseEventHandler):
    """Visits given entities at each matching event."""

    def __init__(
        self,
        *,
        matcher: Callable[[Event], bool],
        entities: SomeEntitiesType | None = None,
        handle_once: bool = False,
    ) -> None:
        super().__init__(matcher=matcher, handle_once=handle_once)
        self.__entities = entities

    @property
    def entities(self) -> SomeEntitiesType | None:
        """The entities to visit."""
        return self.__entities

    def describe(self) -> tuple[str, list[Any]]:
        """Return a one-line text and the entities inside."""
        entities = self.__entities
        if entities is None:
            inside: list[Any] = []
        elif isinstance(entities, LaunchDescriptionEntity):
            inside = [entities]
        else:
            inside = list(entities)
        return f"{type(self).__name__}(matcher='{self.matcher_description}')", inside

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities; they see the event as ``context.locals.event``."""
        super().handle(event, context)
        context.extend_locals({"event": event})
        return self.entities
