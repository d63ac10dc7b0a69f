"""The condition ``unless``."""

from ..condition import Condition
from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities import normalize_to_list_of_substitutions
from .evaluate_condition_expression_impl import evaluate_condition_expression


class UnlessCondition(Condition):
    """Lets an action be executed if an expression does not hold."""

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        self.__expression = normalize_to_list_of_substitutions(predicate_expression)
        super().__init__(predicate=self._evaluate)

    def _evaluate(self, context: LaunchContext) -> bool:
        return not evaluate_condition_expression(context, self.__expression)

    def describe(self) -> str:
        """Return the condition as it is written in a listing."""
        return "UnlessCondition(" + " + ".join(s.describe() for s in self.__expression) + ")"
