"""The event of a timer."""

from ..action import Action
from ..event import Event


class TimerEvent(Event):
    """A timer's period is over."""

    name = "launch.events.TimerEvent"

    def __init__(self, *, timer_action: Action) -> None:
        self.__timer_action = timer_action

    @property
    def timer_action(self) -> Action:
        """The timer."""
        return self.__timer_action
