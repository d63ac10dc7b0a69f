"""The action that says where nodes log to."""

from typing import Any

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SetROSLogDir(Action):
    """Sets ``ROS_LOG_DIR`` for the nodes that follow in the scope."""

    def __init__(self, new_log_dir: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__log_dir = normalize_to_list_of_substitutions(new_log_dir)

    @property
    def log_dir(self) -> list[Substitution]:
        """The folder."""
        return self.__log_dir

    def execute(self, context: LaunchContext) -> None:
        """Set the variable."""
        context.environment["ROS_LOG_DIR"] = perform_substitutions(context, self.log_dir)
