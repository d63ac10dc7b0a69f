"""The handler that includes launch descriptions."""

from typing import Any

from ..event import Event
from ..event_handler import BaseEventHandler
from ..events.include_launch_description import IncludeLaunchDescription
from ..launch_context import LaunchContext
from ..some_entities_type import SomeEntitiesType


class OnIncludeLaunchDescription(BaseEventHandler):
    """Visits the launch description of the event."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            matcher=lambda event: isinstance(event, IncludeLaunchDescription), **kwargs
        )

    def handle(self, event: Event, context: LaunchContext) -> SomeEntitiesType:
        """Return the launch description."""
        super().handle(event, context)
        return event.launch_description  # type: ignore[attr-defined]
