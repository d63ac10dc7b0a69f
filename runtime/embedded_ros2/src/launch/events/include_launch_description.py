"""The event that asks for a launch description to be included."""

from typing import TYPE_CHECKING

from ..event import Event

if TYPE_CHECKING:
    from ..launch_description import LaunchDescription


class IncludeLaunchDescription(Event):
    """A launch description is to be visited."""

    name = "launch.events.IncludeLaunchDescription"

    def __init__(self, launch_description: "LaunchDescription") -> None:
        self.__launch_description = launch_description

    @property
    def launch_description(self) -> "LaunchDescription":
        """The launch description."""
        return self.__launch_description
