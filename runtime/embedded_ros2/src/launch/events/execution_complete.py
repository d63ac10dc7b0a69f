"""The event at the end of an action."""

from typing import TYPE_CHECKING

from ..event import Event

if TYPE_CHECKING:
    from ..action import Action


class ExecutionComplete(Event):
    """An action has done its work."""

    name = "launch.events.ExecutionComplete"

    def __init__(self, *, action: "Action") -> None:
        self.__action = action

    @property
    def action(self) -> "Action":
        """The action."""
        return self.__action
