"""The action that calls a Python function."""

from collections.abc import Callable, Iterable
from typing import Any

from ..action import Action
from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity


class OpaqueFunction(Action):
    """Calls ``function(context, *args, **kwargs)``; it may return entities to be visited."""

    def __init__(
        self,
        *,
        function: Callable[..., list[LaunchDescriptionEntity] | None],
        args: Iterable[Any] | None = None,
        kwargs: dict[str, Any] | None = None,
        **left_over_kwargs: Any,
    ) -> None:
        super().__init__(**left_over_kwargs)
        if not callable(function):
            raise TypeError(
                f"OpaqueFunction expected a callable for 'function', got '{type(function)}'"
            )
        self.__function = function
        self.__args = list(args) if args is not None else []
        self.__kwargs = kwargs if kwargs is not None else {}

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Call the function."""
        return self.__function(context, *self.__args, **self.__kwargs)
