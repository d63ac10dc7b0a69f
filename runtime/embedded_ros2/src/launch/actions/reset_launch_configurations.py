"""The action that forgets launch configurations."""

from typing import Any

from ..action import Action
from ..launch_context import LaunchContext
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class ResetLaunchConfigurations(Action):
    """Forgets all launch configurations but those given, which get their new values."""

    def __init__(self, launch_configurations: dict[Any, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__launch_configurations = launch_configurations or {}

    def execute(self, context: LaunchContext) -> None:
        """Forget the configurations."""
        kept = {}
        for name, value in self.__launch_configurations.items():
            key = perform_substitutions(context, normalize_to_list_of_substitutions(name))
            kept[key] = perform_substitutions(context, normalize_to_list_of_substitutions(value))
        context.launch_configurations.clear()
        context.launch_configurations.update(kept)
