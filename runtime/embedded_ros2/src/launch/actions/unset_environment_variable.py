"""The action that removes an environment variable."""

from ..launch_context import LaunchContext
from ..utilities import perform_substitutions
from .named import NamedAction


class UnsetEnvironmentVariable(NamedAction):
    """Removes an environment variable when visited."""

    def execute(self, context: LaunchContext) -> None:
        """Remove the variable."""
        context.environment.pop(perform_substitutions(context, self.name), None)
