"""The action that extends an environment variable."""

import os
from typing import Any

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from ..utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
from .named import NamedValueAction


class AppendEnvironmentVariable(NamedValueAction):
    """Appends to an environment variable, or puts in front; sets it if there is none."""

    def __init__(
        self,
        name: SomeSubstitutionsType,
        value: SomeSubstitutionsType,
        prepend: bool | SomeSubstitutionsType = False,
        separator: SomeSubstitutionsType = os.pathsep,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, value, **kwargs)
        self.__prepend = normalize_typed_substitution(prepend, bool)
        self.__separator = normalize_to_list_of_substitutions(separator)

    def execute(self, context: LaunchContext) -> None:
        """Extend the variable."""
        name = perform_substitutions(context, self.name)
        value = perform_substitutions(context, self.value)
        present = context.environment.get(name)
        if present is not None:
            parts = [present, value]
            if perform_typed_substitution(context, self.__prepend, bool):
                parts.reverse()
            value = perform_substitutions(context, self.__separator).join(parts)
        context.environment[name] = value
