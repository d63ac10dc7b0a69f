"""A name that nothing else has."""

import os
import platform
import random

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class AnonName(Substitution):
    """Stands for an unlikely name, the same one for the same id in a launch."""

    def __init__(self, name: SomeSubstitutionsType) -> None:
        self.__name = normalize_to_list_of_substitutions(name)

    @property
    def name(self) -> list[Substitution]:
        """The id."""
        return self.__name

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"AnonName({' + '.join(s.describe() for s in self.name)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the name."""
        name = perform_substitutions(context, self.name)
        key = "anon" + name
        if key not in context.launch_configurations:
            host = platform.node().replace(".", "_").replace("-", "_")
            context.launch_configurations[key] = (
                f"{name}_{host}_{os.getpid()}_{random.randint(0, 2**63 - 1)}"
            )
        return context.launch_configurations[key]
