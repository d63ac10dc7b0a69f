"""The value of an expression of the context's local variables."""

from ..launch_context import LaunchContext
from ..substitution import Substitution
from ..utilities import ensure_argument_type


class LocalSubstitution(Substitution):
    """Stands for ``context.locals.<expression>``, as in ``event.reason``."""

    def __init__(self, expression: str, description: str | None = None) -> None:
        ensure_argument_type(expression, str, "expression", "LocalSubstitution")
        self.__expression = expression
        self.__description = description

    @property
    def expression(self) -> str:
        """The expression."""
        return self.__expression

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"LocalVar('{self.__description or self.__expression}')"

    def perform(self, context: LaunchContext) -> str:
        """Return the value as a text."""
        return str(eval(f"context.locals.{self.expression}", {}, {"context": context}))
