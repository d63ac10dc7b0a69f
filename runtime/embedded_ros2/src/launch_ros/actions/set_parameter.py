"""The action that sets a parameter for all nodes that follow."""

from typing import Any

from launch.action import Action
from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType

from ..parameter_descriptions import ParameterValue
from ..utilities.parameters import evaluate_parameters, normalize_parameters


class SetParameter(Action):
    """Sets a parameter for the nodes that follow in the scope."""

    def __init__(self, name: SomeSubstitutionsType, value: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        key = name if isinstance(name, str) else tuple(_parts(name))
        self.__parameter = normalize_parameters([{key: value}])[0]

    @property
    def name(self) -> Any:
        """The parameter's name."""
        return next(iter(self.__parameter))

    @property
    def value(self) -> Any:
        """The parameter's value."""
        value = next(iter(self.__parameter.values()))
        return value.value if isinstance(value, ParameterValue) else value

    def execute(self, context: LaunchContext) -> None:
        """Append to the launch configuration ``global_params``."""
        ((name, value),) = evaluate_parameters(context, [self.__parameter])[0].items()
        present = context.launch_configurations.get("global_params", [])
        context.launch_configurations["global_params"] = [*present, (name, value)]


def _parts(name: Any) -> Any:
    return name if isinstance(name, (list, tuple)) else [name]
