"""The action that goes down into a namespace."""

from typing import Any

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.logging import get_logger
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

from ..utilities import make_namespace_absolute, prefix_namespace


class PushROSNamespace(Action):
    """Puts the nodes that follow in the scope below a namespace."""

    def __init__(self, namespace: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__namespace = normalize_to_list_of_substitutions(namespace)

    @property
    def namespace(self) -> list[Substitution]:
        """The namespace."""
        return self.__namespace

    def execute(self, context: LaunchContext) -> None:
        """Set the launch configuration ``ros_namespace``."""
        pushed = perform_substitutions(context, self.namespace)
        previous = context.launch_configurations.get("ros_namespace")
        namespace = make_namespace_absolute(prefix_namespace(previous, pushed))
        get_logger("launch_ros").debug(f"namespace is now '{namespace}'")
        if namespace:
            context.launch_configurations["ros_namespace"] = namespace


class PushRosNamespace(PushROSNamespace):
    """The same, by its older name."""
