"""The action that sets a launch configuration."""

from ..launch_context import LaunchContext
from ..utilities import perform_substitutions
from .named import NamedValueAction


class SetLaunchConfiguration(NamedValueAction):
    """Sets a launch configuration when visited."""

    def execute(self, context: LaunchContext) -> None:
        """Set the configuration."""
        name = perform_substitutions(context, self.name)
        context.launch_configurations[name] = perform_substitutions(context, self.value)
