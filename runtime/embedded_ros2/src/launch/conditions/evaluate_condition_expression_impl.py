"""What a text says as a condition."""

from collections.abc import Iterable

from ..launch_context import LaunchContext
from ..substitution import Substitution
from ..utilities import perform_substitutions
from .invalid_condition_expression_error import InvalidConditionExpressionError

VALID_TRUE_EXPRESSIONS = ["true", "1"]
VALID_FALSE_EXPRESSIONS = ["false", "0"]


def evaluate_condition_expression(
    context: LaunchContext, expression: Iterable[Substitution]
) -> bool:
    """Return True for ``true`` or ``1``, False for ``false`` or ``0``, in any case.

    Raises:
        InvalidConditionExpressionError: it is none of these.
    """
    text = perform_substitutions(context, expression).strip().lower()
    if text in VALID_TRUE_EXPRESSIONS:
        return True
    if text in VALID_FALSE_EXPRESSIONS:
        return False
    valid = VALID_TRUE_EXPRESSIONS + VALID_FALSE_EXPRESSIONS
    raise InvalidConditionExpressionError(
        f"invalid condition expression, expected one of {valid} but got '{text}'"
    )
