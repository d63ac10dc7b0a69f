"""Whether two texts say different things."""

from ..launch_context import LaunchContext
from .equals_substitution import EqualsSubstitution


class NotEqualsSubstitution(EqualsSubstitution):
    """Stands for ``true`` if the sides differ."""

    def perform(self, context: LaunchContext) -> str:
        """Return ``true`` or ``false``."""
        return str(not self._equal(context)).lower()
