"""The action that remembers the environment."""

from ..action import Action
from ..launch_context import LaunchContext


class PushEnvironment(Action):
    """Remembers the environment until `PopEnvironment`."""

    def execute(self, context: LaunchContext) -> None:
        """Remember the environment."""
        context._push_environment()
