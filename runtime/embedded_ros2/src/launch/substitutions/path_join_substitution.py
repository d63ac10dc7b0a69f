"""Parts of a path, joined."""

import os
from collections.abc import Iterable
from typing import Any

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class PathJoinSubstitution(Substitution):
    """Stands for a path; each part may itself be made of several substitutions.

    ``PathJoinSubstitution([a, "b"]) / "c"`` appends a part.
    """

    def __init__(self, substitutions: Iterable[SomeSubstitutionsType]) -> None:
        self.__parts = [normalize_to_list_of_substitutions(part) for part in substitutions]

    @property
    def substitutions(self) -> list[list[Substitution]]:
        """The parts."""
        return self.__parts

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        parts = (" + ".join(s.describe() for s in part) for part in self.__parts)
        return f"PathJoin('{', '.join(parts)}')"

    def perform(self, context: LaunchContext) -> str:
        """Return the path."""
        return os.path.join(*(perform_substitutions(context, part) for part in self.__parts))

    def __truediv__(self, additional_path: Any) -> "PathJoinSubstitution":
        return PathJoinSubstitution([*self.__parts, additional_path])
