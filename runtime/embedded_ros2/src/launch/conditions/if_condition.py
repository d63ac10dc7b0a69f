"""The condition ``if``."""

from ..condition import Condition
from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities import normalize_to_list_of_substitutions
from .evaluate_condition_expression_impl import evaluate_condition_expression


class IfCondition(Condition):
    """Lets an action be executed if an expression holds."""

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        self.__expression = normalize_to_list_of_substitutions(predicate_expression)
        super().__init__(predicate=self._evaluate)

    def _evaluate(self, context: LaunchContext) -> bool:
        return evaluate_condition_expression(context, self.__expression)

    def describe(self) -> str:
        """Return the condition as it is written in a listing."""
        parts = " + ".join(part.describe() for part in self.__expression)
        return f"{type(self).__name__}({parts})"
