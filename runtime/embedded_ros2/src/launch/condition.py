"""The base of all conditions."""

from collections.abc import Callable

from .launch_context import LaunchContext


class Condition:
    """A predicate over the launch context, evaluated when the entity is visited."""

    def __init__(self, *, predicate: Callable[[LaunchContext], bool] | None = None) -> None:
        self._predicate = predicate
        self._last: bool | None = None

    def describe(self) -> str:
        """Return the condition as it is written in a listing."""
        return self.__repr__()

    def evaluate(self, context: LaunchContext) -> bool:
        """Return whether the condition holds now, and remember it."""
        self._last = self._predicate(context) if self._predicate is not None else True
        return self._last

    def last_evaluate(self) -> bool | None:
        """Return what `evaluate` said last; None before."""
        return self._last
