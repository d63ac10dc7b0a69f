"""The action that brings back the first environment."""

from ..action import Action
from ..launch_context import LaunchContext


class ResetEnvironment(Action):
    """Brings back the environment that the launch began with."""

    def execute(self, context: LaunchContext) -> None:
        """Bring back the environment."""
        context._reset_environment()
