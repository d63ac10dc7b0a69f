"""The value of an environment variable."""

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from .named_value import NamedValue


class EnvironmentVariable(NamedValue):
    """Stands for an environment variable."""

    _LISTED_AS = "EnvVar"
    _NOT_FOUND = "environment variable '{name}' does not exist"

    def __init__(
        self,
        name: SomeSubstitutionsType,
        *,
        default_value: SomeSubstitutionsType | None = None,
    ) -> None:
        super().__init__(name, default_value)

    @property
    def name(self) -> list[Substitution]:
        """The name."""
        return self._name

    @property
    def default_value(self) -> list[Substitution] | None:
        """What stands for a variable that is not set."""
        return self._default

    def _look_up(self, context: LaunchContext, name: str) -> str:
        return context.environment[name]
