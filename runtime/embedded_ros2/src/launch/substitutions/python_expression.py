"""The value of a Python expression."""

import importlib
from typing import Any

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class PythonExpression(Substitution):
    """Stands for the value of an expression, in which some modules' names are known.

    Names of ``math`` are known by themselves; those of further modules as ``module.name``.
    """

    def __init__(
        self,
        expression: SomeSubstitutionsType,
        python_modules: SomeSubstitutionsType = ("math",),
    ) -> None:
        self.__expression = normalize_to_list_of_substitutions(expression)
        self.__python_modules = normalize_to_list_of_substitutions(python_modules)

    @property
    def expression(self) -> list[Substitution]:
        """The parts of the expression."""
        return self.__expression

    @property
    def python_modules(self) -> list[Substitution]:
        """The modules whose names the expression may use."""
        return self.__python_modules

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        parts = " + ".join(s.describe() for s in self.expression)
        modules = ", ".join(s.describe() for s in self.python_modules)
        return f"PythonExpr({parts}, [{modules}])"

    def perform(self, context: LaunchContext) -> str:
        """Return the value as a text."""
        names: dict[str, Any] = {}
        for part in self.python_modules:
            module = importlib.import_module(context.perform_substitution(part))
            names[module.__name__.split(".")[0]] = importlib.import_module(
                module.__name__.split(".")[0]
            )
            if module.__name__ == "math":
                names.update(vars(module))
        return str(eval(perform_substitutions(context, self.expression), {}, names))
