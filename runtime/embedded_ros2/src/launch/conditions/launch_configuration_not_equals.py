"""A condition on a launch configuration."""

from ..launch_context import LaunchContext
from .launch_configuration_equals import LaunchConfigurationEquals


class LaunchConfigurationNotEquals(LaunchConfigurationEquals):
    """Lets an action be executed if a launch configuration is not an expected value."""

    def _evaluate(self, context: LaunchContext) -> bool:
        return not super()._evaluate(context)
