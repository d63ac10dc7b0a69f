"""What substitutions by the value of something named have in common."""

import contextlib
from typing import Any

from ..launch_context import LaunchContext
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure


class NamedValue(Substitution):
    """Stands for a value that is looked up by name, or for a default.

    Subclasses say where to look, and set the two texts.
    """

    _LISTED_AS: str
    _NOT_FOUND: str

    def __init__(self, name: Any, default: Any) -> None:
        self._name = normalize_to_list_of_substitutions(name)
        self._default = None if default is None else normalize_to_list_of_substitutions(default)

    def _look_up(self, context: LaunchContext, name: str) -> str:
        """Return the value; KeyError where there is none."""
        raise NotImplementedError

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"{self._LISTED_AS}({' + '.join(s.describe() for s in self._name)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the value, or the default.

        Raises:
            SubstitutionFailure: it is not set and there is no default.
        """
        name = perform_substitutions(context, self._name)
        with contextlib.suppress(KeyError):
            return self._look_up(context, name)
        if self._default is None:
            raise SubstitutionFailure(self._NOT_FOUND.format(name=name))
        return perform_substitutions(context, self._default)
