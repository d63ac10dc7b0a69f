"""The action that forgets a launch configuration."""

from ..launch_context import LaunchContext
from ..utilities import perform_substitutions
from .named import NamedAction


class UnsetLaunchConfiguration(NamedAction):
    """Forgets a launch configuration when visited."""

    def execute(self, context: LaunchContext) -> None:
        """Forget the configuration."""
        context.launch_configurations.pop(perform_substitutions(context, self.name), None)
