"""Whether two texts say the same."""

import math
from typing import Any

from ..launch_context import LaunchContext
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .pair import PairSubstitution

TRUE, FALSE = ("true", "1"), ("false", "0")


def _normalize(value: Any) -> list[Substitution]:
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, (int, float)):
        value = str(value)
    return normalize_to_list_of_substitutions(value)


class EqualsSubstitution(PairSubstitution):
    """Stands for ``true`` if both sides are the same text, truth value or number."""

    def __init__(self, left: Any, right: Any) -> None:
        super().__init__(_normalize(left), _normalize(right))

    def _equal(self, context: LaunchContext) -> bool:
        left = perform_substitutions(context, self.left)
        right = perform_substitutions(context, self.right)
        low = (left.lower(), right.lower())
        if left == right or all(s in TRUE for s in low) or all(s in FALSE for s in low):
            return True
        try:
            return math.isclose(float(left), float(right))
        except ValueError:
            return False

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return str(self._equal(context)).lower()
