"""One of two texts."""

from ..conditions import InvalidConditionExpressionError, evaluate_condition_expression
from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure


class IfElseSubstitution(Substitution):
    """Stands for the first text if a condition holds, else for the second."""

    def __init__(
        self,
        condition: SomeSubstitutionsType,
        if_value: SomeSubstitutionsType = "",
        else_value: SomeSubstitutionsType = "",
    ) -> None:
        if if_value == else_value == "":
            raise RuntimeError("One of if_value and else_value must be specified")
        self._condition = normalize_to_list_of_substitutions(condition)
        self._if_value = normalize_to_list_of_substitutions(if_value)
        self._else_value = normalize_to_list_of_substitutions(else_value)

    @property
    def condition(self) -> list[Substitution]:
        """The condition."""
        return self._condition

    @property
    def if_value(self) -> list[Substitution]:
        """The text if it holds."""
        return self._if_value

    @property
    def else_value(self) -> list[Substitution]:
        """The text if it does not."""
        return self._else_value

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        parts = (self.condition, self.if_value, self.else_value)
        texts = [" + ".join(s.describe() for s in part) for part in parts]
        return f"IfElseSubstitution({', '.join(texts)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the text."""
        try:
            holds = evaluate_condition_expression(context, self.condition)
        except InvalidConditionExpressionError as error:
            raise SubstitutionFailure(str(error)) from None
        return perform_substitutions(context, self.if_value if holds else self.else_value)
