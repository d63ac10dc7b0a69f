"""The base of all substitutions."""

from .launch_context import LaunchContext


class Substitution:
    """A text that is known only while launching."""

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return self.__repr__()

    def perform(self, context: LaunchContext) -> str:
        """Return the text."""
        raise NotImplementedError(f"perform() of '{type(self).__name__}'")
