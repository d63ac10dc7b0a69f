"""The event of a lifecycle node that has changed its state."""

from typing import Any

from launch.event import Event


class StateTransition(Event):
    """A lifecycle node has gone from one state to another."""

    name = "launch_ros.events.lifecycle.StateTransition"

    def __init__(self, *, action: Any, msg: Any) -> None:
        self.__action = action
        self.__msg = msg

    @property
    def action(self) -> Any:
        """The action that runs the node."""
        return self.__action

    @property
    def msg(self) -> Any:
        """The lifecycle_msgs/TransitionEvent."""
        return self.__msg

    @property
    def transition(self) -> str:
        """The transition's name."""
        return str(self.__msg.transition.label)

    @property
    def start_state(self) -> str:
        """The state before."""
        return str(self.__msg.start_state.label)

    @property
    def goal_state(self) -> str:
        """The state after."""
        return str(self.__msg.goal_state.label)
