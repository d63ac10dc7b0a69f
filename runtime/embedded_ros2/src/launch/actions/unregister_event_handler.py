"""The action that removes an event handler."""

from ..launch_context import LaunchContext
from .named import EventHandlerAction


class UnregisterEventHandler(EventHandlerAction):
    """Removes an event handler when visited."""

    def execute(self, context: LaunchContext) -> None:
        """Remove the handler."""
        context.unregister_event_handler(self.event_handler)
