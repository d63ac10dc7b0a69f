"""The action that remembers launch configurations."""

from ..action import Action
from ..launch_context import LaunchContext


class PushLaunchConfigurations(Action):
    """Remembers the launch configurations until `PopLaunchConfigurations`."""

    def execute(self, context: LaunchContext) -> None:
        """Remember the launch configurations."""
        context._push_launch_configurations()
