"""The value of a parameter that `SetParameter` set."""

from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions.named_value import NamedValue


class Parameter(NamedValue):
    """Stands for the value of a parameter set for all nodes of a scope."""

    _LISTED_AS = "Parameter"
    _NOT_FOUND = "parameter '{name}' not found"

    def __init__(
        self, name: SomeSubstitutionsType, *, default: SomeSubstitutionsType | None = None
    ) -> None:
        super().__init__(name, default)

    @property
    def name(self) -> list[Substitution]:
        """The parameter's name."""
        return self._name

    def _look_up(self, context: LaunchContext, name: str) -> str:
        for entry in reversed(context.launch_configurations.get("global_params", [])):
            if isinstance(entry, tuple) and entry[0] == name:
                return str(entry[1])
        raise KeyError(name)
