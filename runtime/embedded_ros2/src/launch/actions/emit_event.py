"""The action that emits an event."""

from typing import Any

from ..action import Action
from ..event import Event
from ..launch_context import LaunchContext


class EmitEvent(Action):
    """Emits an event when visited."""

    def __init__(self, *, event: Event, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(event, Event):
            raise RuntimeError(
                f"EmitEvent() expected an event instance, got '{event}' of type '{type(event)}'"
            )
        self.__event = event

    @property
    def event(self) -> Event:
        """The event."""
        return self.__event

    def execute(self, context: LaunchContext) -> None:
        """Queue the event, if someone waits for it."""
        if context.would_handle_event(self.__event):
            context.emit_event_sync(self.__event)
            return
        raise RuntimeError(f"failed to handle event '{self.__event}'")
