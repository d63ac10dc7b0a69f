"""The folder of the launch file that is being visited."""

from typing import Any

from ..launch_context import LaunchContext
from ..substitution import Substitution
from .path_join_substitution import PathJoinSubstitution
from .substitution_failure import SubstitutionFailure


class ThisLaunchFileDir(Substitution):
    """Stands for the absolute path of the current launch file's folder."""

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return "ThisLaunchFileDir()"

    def perform(self, context: LaunchContext) -> str:
        """Return the path.

        Raises:
            SubstitutionFailure: no launch file is being visited.
        """
        if "current_launch_file_directory" not in context.get_locals_as_dict():
            raise SubstitutionFailure(
                "ThisLaunchFileDir used outside of a launch file (in a script)"
            )
        return context.locals.current_launch_file_directory

    def __truediv__(self, additional_path: Any) -> PathJoinSubstitution:
        return PathJoinSubstitution([self, additional_path])
