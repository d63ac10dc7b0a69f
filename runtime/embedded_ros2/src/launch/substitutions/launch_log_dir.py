"""The folder of this launch's log files."""

from ..launch_context import LaunchContext
from ..substitution import Substitution


class LaunchLogDir(Substitution):
    """Stands for the absolute path of the log folder."""

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return "LaunchLogDir()"

    def perform(self, context: LaunchContext) -> str:
        """Return the path."""
        from ..logging import launch_config

        return launch_config.log_dir
