"""The action that groups others."""

from collections.abc import Iterable
from typing import Any

from ..action import Action
from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity
from .pop_environment import PopEnvironment
from .pop_launch_configurations import PopLaunchConfigurations
from .push_environment import PushEnvironment
from .push_launch_configurations import PushLaunchConfigurations
from .reset_environment import ResetEnvironment
from .reset_launch_configurations import ResetLaunchConfigurations
from .set_launch_configuration import SetLaunchConfiguration


class GroupAction(Action):
    """Visits actions; what they set is forgotten after the group if it is ``scoped``.

    Args:
        actions: the actions.
        scoped: whether launch configurations and environment are brought back at the end.
        forwarding: whether a scoped group sees the configurations from outside.
        launch_configurations: configurations to set inside.
    """

    def __init__(
        self,
        actions: Iterable[Action],
        *,
        scoped: bool = True,
        forwarding: bool = True,
        launch_configurations: dict[Any, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__actions = list(actions)
        self.__scoped = scoped
        self.__forwarding = forwarding
        self.__launch_configurations = launch_configurations or {}
        self.__to_return: list[LaunchDescriptionEntity] | None = None

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the actions, with those that open and close the scope."""
        if self.__to_return is None:
            actions: list[LaunchDescriptionEntity] = list(self.__actions)
            sets = [
                SetLaunchConfiguration(name, value)
                for name, value in self.__launch_configurations.items()
            ]
            if not self.__scoped:
                self.__to_return = [*sets, *actions]
            else:
                begin: list[LaunchDescriptionEntity] = [
                    PushLaunchConfigurations(),
                    PushEnvironment(),
                ]
                if self.__forwarding:
                    begin += sets
                else:
                    begin += [
                        ResetEnvironment(),
                        ResetLaunchConfigurations(self.__launch_configurations),
                    ]
                end = [PopEnvironment(), PopLaunchConfigurations()]
                self.__to_return = [*begin, *actions, *end]
        return self.__to_return

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Return the actions."""
        return self.get_sub_entities()
