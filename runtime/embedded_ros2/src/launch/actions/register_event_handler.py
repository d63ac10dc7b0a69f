"""The action that registers an event handler."""

from typing import Any

from ..launch_context import LaunchContext
from .named import EventHandlerAction


class RegisterEventHandler(EventHandlerAction):
    """Registers an event handler when visited."""

    def execute(self, context: LaunchContext) -> None:
        """Register the handler."""
        context.register_event_handler(self.event_handler)

    def describe_conditional_sub_entities(self) -> list[tuple[str, list[Any]]]:
        """Return what the handler would visit."""
        description, inside = self.event_handler.describe()
        return [(description, inside)] if inside else []
