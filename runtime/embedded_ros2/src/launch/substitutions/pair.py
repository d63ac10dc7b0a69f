"""What substitutions of two values share."""

from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions


class PairSubstitution(Substitution):
    """The base of substitutions that compare or join two values."""

    def __init__(self, left: SomeSubstitutionsType, right: SomeSubstitutionsType) -> None:
        self.__left = normalize_to_list_of_substitutions(left)
        self.__right = normalize_to_list_of_substitutions(right)

    @property
    def left(self) -> list[Substitution]:
        """The first value."""
        return self.__left

    @property
    def right(self) -> list[Substitution]:
        """The second value."""
        return self.__right

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        left, right = (" + ".join(s.describe() for s in v) for v in (self.left, self.right))
        return f"{type(self).__name__}({left} {right})"
