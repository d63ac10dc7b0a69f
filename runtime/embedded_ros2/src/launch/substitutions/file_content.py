"""The content of a file."""

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class FileContent(Substitution):
    """Stands for what a text file holds."""

    def __init__(self, path: SomeSubstitutionsType) -> None:
        self.__path = normalize_to_list_of_substitutions(path)

    @property
    def path(self) -> list[Substitution]:
        """The file's path."""
        return self.__path

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"FileContent({' + '.join(s.describe() for s in self.path)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the content."""
        with open(perform_substitutions(context, self.path), encoding="utf-8") as stream:
            return stream.read()
