"""The action that sets a file's parameters for all nodes that follow."""

from typing import Any

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

from ..parameter_descriptions import ParameterFile


class SetParametersFromFile(Action):
    """Gives a parameter file to the nodes that follow in the scope.

    ``node_name`` limits it to nodes of that name.
    """

    def __init__(
        self,
        filename: SomeSubstitutionsType | ParameterFile,
        *,
        node_name: SomeSubstitutionsType | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__file = filename if isinstance(filename, ParameterFile) else ParameterFile(filename)
        self.__node_name = (
            None if node_name is None else normalize_to_list_of_substitutions(node_name)
        )

    def execute(self, context: LaunchContext) -> None:
        """Append to the launch configuration ``global_params``."""
        path = str(self.__file.evaluate(context))
        present = context.launch_configurations.get("global_params", [])
        entry: Any = path
        if self.__node_name is not None:
            entry = {perform_substitutions(context, self.__node_name): path}
        context.launch_configurations["global_params"] = [*present, entry]
