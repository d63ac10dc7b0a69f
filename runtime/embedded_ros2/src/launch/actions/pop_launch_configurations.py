"""The action that brings back launch configurations."""

from ..action import Action
from ..launch_context import LaunchContext


class PopLaunchConfigurations(Action):
    """Brings back the configurations of the last `PushLaunchConfigurations`."""

    def execute(self, context: LaunchContext) -> None:
        """Bring back the launch configurations."""
        context._pop_launch_configurations()
