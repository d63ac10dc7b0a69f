"""The event that asks a lifecycle node for a transition."""

from collections.abc import Callable
from typing import Any

from launch.event import Event


class ChangeState(Event):
    """The lifecycle nodes that a matcher accepts are to go through a transition.

    ``transition_id`` is one of ``lifecycle_msgs.msg.Transition.TRANSITION_...``.
    """

    name = "launch_ros.events.lifecycle.ChangeState"

    valid_transitions = {
        "create": 0,
        "configure": 1,
        "cleanup": 2,
        "activate": 3,
        "deactivate": 4,
        "unconfigured_shutdown": 5,
        "inactive_shutdown": 6,
        "active_shutdown": 7,
        "destroy": 8,
    }

    def __init__(
        self, *, lifecycle_node_matcher: Callable[[Any], bool], transition_id: int
    ) -> None:
        if transition_id not in self.valid_transitions.values():
            raise ValueError(f"'{transition_id}' is not the id of a transition")
        self.__matcher = lifecycle_node_matcher
        self.__transition_id = transition_id

    @property
    def lifecycle_node_matcher(self) -> Callable[[Any], bool]:
        """The matcher."""
        return self.__matcher

    @property
    def transition_id(self) -> int:
        """The transition's id."""
        return self.__transition_id
