"""The value of a parameter that `SetParameter` set."""

from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class Parameter(Substitution):
    """Stands for the value of a parameter set for all nodes of a scope."""

    def __init__(
        self, name: SomeSubstitutionsType, *, default: SomeSubstitutionsType | None = None
    ) -> None:
        self.__name = normalize_to_list_of_substitutions(name)
        self.__default = None if default is None else normalize_to_list_of_substitutions(default)

    @property
    def name(self) -> list[Substitution]:
        """The parameter's name."""
        return self.__name

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"Parameter({' + '.join(s.describe() for s in self.name)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the value as a text.

        Raises:
            SubstitutionFailure: it is not set and there is no default.
        """
        name = perform_substitutions(context, self.name)
        for entry in reversed(context.launch_configurations.get("global_params", [])):
            if isinstance(entry, tuple) and entry[0] == name:
                return str(entry[1])
        if self.__default is not None:
            return perform_substitutions(context, self.__default)
        raise SubstitutionFailure(f"parameter '{name}' not found")
