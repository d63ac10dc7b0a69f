"""The action that sets an environment variable."""

from ..launch_context import LaunchContext
from ..utilities import perform_substitutions
from .named import NamedValueAction


class SetEnvironmentVariable(NamedValueAction):
    """Sets an environment variable, for the launch and the processes it starts from then on."""

    def execute(self, context: LaunchContext) -> None:
        """Set the variable."""
        name = perform_substitutions(context, self.name)
        context.environment[name] = perform_substitutions(context, self.value)
