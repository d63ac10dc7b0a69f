"""The value of a launch configuration."""

from collections.abc import Iterable
from typing import Any

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from .named_value import NamedValue


class LaunchConfiguration(NamedValue):
    """Stands for a launch configuration, which may have been a launch argument."""

    _LISTED_AS = "LaunchConfig"
    _NOT_FOUND = "launch configuration '{name}' does not exist"

    def __init__(
        self,
        variable_name: SomeSubstitutionsType,
        *,
        default: Any | Iterable[Any] | None = None,
    ) -> None:
        if default is not None:
            if isinstance(default, (str, Substitution)) or not isinstance(default, Iterable):
                default = [default]
            default = [part if isinstance(part, Substitution) else str(part) for part in default]
        super().__init__(variable_name, default)

    @property
    def variable_name(self) -> list[Substitution]:
        """The name."""
        return self._name

    def _look_up(self, context: LaunchContext, name: str) -> str:
        return context.launch_configurations[name]
