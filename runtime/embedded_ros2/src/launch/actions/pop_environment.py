"""The action that brings back an environment."""

from ..action import Action
from ..launch_context import LaunchContext


class PopEnvironment(Action):
    """Brings back the environment of the last `PushEnvironment`."""

    def execute(self, context: LaunchContext) -> None:
        """Bring back the environment."""
        context._pop_environment()
