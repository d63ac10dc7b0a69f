"""The action that remaps a name for all nodes that follow."""

from typing import Any

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SetRemap(Action):
    """Remaps a name for the nodes that follow in the scope."""

    def __init__(
        self, src: SomeSubstitutionsType, dst: SomeSubstitutionsType, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.__src = normalize_to_list_of_substitutions(src)
        self.__dst = normalize_to_list_of_substitutions(dst)

    @property
    def src(self) -> list[Substitution]:
        """The name."""
        return self.__src

    @property
    def dst(self) -> list[Substitution]:
        """The new name."""
        return self.__dst

    def execute(self, context: LaunchContext) -> None:
        """Append to the launch configuration ``ros_remaps``."""
        rule = (perform_substitutions(context, self.src), perform_substitutions(context, self.dst))
        present = context.launch_configurations.get("ros_remaps", [])
        context.launch_configurations["ros_remaps"] = [*present, rule]
