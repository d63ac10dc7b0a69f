"""The path of the launch file that is being visited."""

from ..launch_context import LaunchContext
from ..substitution import Substitution
from .substitution_failure import SubstitutionFailure


class ThisLaunchFile(Substitution):
    """Stands for the absolute path of the current launch file."""

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return "ThisLaunchFile()"

    def perform(self, context: LaunchContext) -> str:
        """Return the path.

        Raises:
            SubstitutionFailure: no launch file is being visited.
        """
        if "current_launch_file_path" not in context.get_locals_as_dict():
            raise SubstitutionFailure("ThisLaunchFile used outside of a launch file (in a script)")
        return context.locals.current_launch_file_path
