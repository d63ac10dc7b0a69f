"""The base of handlers for the events of one action."""

from collections.abc import Callable
from typing import Any

from ..action import Action
from ..event import Event
from ..event_handler import BaseEventHandler
from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity
from ..some_entities_type import SomeEntitiesType
from ..utilities import normalize_to_list_of_entities

OnEvent = SomeEntitiesType | Callable[[Any, LaunchContext], SomeEntitiesType | None]


class OnActionEventBase(BaseEventHandler):
    """Waits for an event of a type, of one action, of some, or of all.

    Args:
        action_matcher: the action, a function that accepts actions, or None for all.
        on_event: entities, or a function of event and context that returns some.
        target_event_cls: the type of the event; its ``action`` is looked at.
        target_action_cls: the type that the action must have.
    """

    def __init__(
        self,
        *,
        action_matcher: Callable[[Action], bool] | Action | None,
        on_event: OnEvent | None,
        target_event_cls: type[Event],
        target_action_cls: type[Action] = Action,
        **kwargs: Any,
    ) -> None:
        if not isinstance(action_matcher, (target_action_cls, type(None))) and not callable(
            action_matcher
        ):
            raise TypeError(
                f"action_matcher must be an '{target_action_cls.__name__}' instance or a callable"
            )
        self.__target = action_matcher
        self.__actions: list[LaunchDescriptionEntity] = []
        self.__on_event: Callable[[Any, LaunchContext], Any] | None = None
        if callable(on_event):
            self.__on_event = on_event
        elif on_event is not None:
            self.__actions = normalize_to_list_of_entities(on_event)

        def matches(event: Event) -> bool:
            if not isinstance(event, target_event_cls):
                return False
            if self.__target is None or event.action is self.__target:  # type: ignore
                return True
            if isinstance(self.__target, Action):
                return False
            return self.__target(event.action)  # type: ignore[attr-defined]

        super().__init__(matcher=matches, **kwargs)

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType | None:
        """Return the entities to visit because of the event."""
        super().handle(event, context)
        context.extend_locals({"event": event})
        if self.__on_event is not None:
            return self.__on_event(event, context)
        return self.__actions

    def describe(self) -> tuple[str, list[Any]]:
        """Return a one-line text and the entities inside, if they are known."""
        return f"{type(self).__name__}(matcher='{self.matcher_description}')", self.__actions

    @property
    def matcher_description(self) -> str:
        """What the handler waits for."""
        return f"event of {self.__target!r}" if self.__target else "event of any action"
