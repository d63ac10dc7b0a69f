"""Logic on substitutions that say true or false."""

from collections.abc import Iterable

from ..conditions import InvalidConditionExpressionError, evaluate_condition_expression
from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions
from .pair import PairSubstitution
from .substitution_failure import SubstitutionFailure


def _truth(context: LaunchContext, value: list[Substitution]) -> bool:
    try:
        return evaluate_condition_expression(context, value)
    except InvalidConditionExpressionError as error:
        raise SubstitutionFailure(str(error)) from None


def _text(value: bool) -> str:
    return str(value).lower()


class NotSubstitution(Substitution):
    """Stands for the opposite of a value."""

    def __init__(self, value: SomeSubstitutionsType) -> None:
        self.__value = normalize_to_list_of_substitutions(value)

    @property
    def value(self) -> list[Substitution]:
        """The value."""
        return self.__value

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"NotSubstitution({' + '.join(s.describe() for s in self.value)})"

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _text(not _truth(context, self.value))


class AndSubstitution(PairSubstitution):
    """Stands for whether both values are true."""

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _text(_truth(context, self.left) and _truth(context, self.right))


class OrSubstitution(PairSubstitution):
    """Stands for whether one of two values is true."""

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _text(_truth(context, self.left) or _truth(context, self.right))


class _Many(Substitution):
    def __init__(self, *args: SomeSubstitutionsType) -> None:
        self.__args = [normalize_to_list_of_substitutions(arg) for arg in args]

    @property
    def args(self) -> Iterable[list[Substitution]]:
        """The values."""
        return self.__args

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        parts = (" + ".join(s.describe() for s in arg) for arg in self.args)
        return f"{type(self).__name__}({' '.join(parts)})"


class AnySubstitution(_Many):
    """Stands for whether one of several values is true."""

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _text(any([_truth(context, arg) for arg in self.args]))


class AllSubstitution(_Many):
    """Stands for whether all of several values are true."""

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return _text(all([_truth(context, arg) for arg in self.args]))
