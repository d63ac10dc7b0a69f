"""The value of a launch configuration."""

from collections.abc import Iterable
from typing import Any

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure


class LaunchConfiguration(Substitution):
    """Stands for a launch configuration, which may have been a launch argument."""

    def __init__(
        self,
        variable_name: SomeSubstitutionsType,
        *,
        default: Any | Iterable[Any] | None = None,
    ) -> None:
        self.__variable_name = normalize_to_list_of_substitutions(variable_name)
        self.__default: list[Substitution] | None = None
        if default is not None:
            if isinstance(default, (str, Substitution)) or not isinstance(default, Iterable):
                default = [default]
            parts = [part if isinstance(part, Substitution) else str(part) for part in default]
            self.__default = normalize_to_list_of_substitutions(parts)

    @property
    def variable_name(self) -> list[Substitution]:
        """The name."""
        return self.__variable_name

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"LaunchConfig({' + '.join(s.describe() for s in self.variable_name)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the value, or the default.

        Raises:
            SubstitutionFailure: it is not set and there is no default.
        """
        name = perform_substitutions(context, self.variable_name)
        if name in context.launch_configurations:
            return context.launch_configurations[name]
        if self.__default is None:
            raise SubstitutionFailure(f"launch configuration '{name}' does not exist")
        return perform_substitutions(context, self.__default)
