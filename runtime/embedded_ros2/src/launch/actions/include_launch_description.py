"""The action that includes another launch description."""

import os
from collections.abc import Iterable
from typing import Any

from ..action import Action
from ..launch_context import LaunchContext
from ..launch_description import LaunchDescription
from ..launch_description_entity import LaunchDescriptionEntity
from ..launch_description_source import LaunchDescriptionSource
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .opaque_function import OpaqueFunction
from .set_launch_configuration import SetLaunchConfiguration

Arguments = Iterable[tuple[SomeSubstitutionsType, SomeSubstitutionsType]]


class IncludeLaunchDescription(Action):
    """Visits a launch description, by default that of a launch file.

    Args:
        launch_description_source: the source, or the path of a launch file.
        launch_arguments: (name, value) pairs, set as launch configurations before.
    """

    def __init__(
        self,
        launch_description_source: LaunchDescriptionSource | SomeSubstitutionsType,
        *,
        launch_arguments: Arguments | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(launch_description_source, LaunchDescriptionSource):
            from ..launch_description_sources import AnyLaunchDescriptionSource

            launch_description_source = AnyLaunchDescriptionSource(launch_description_source)
        self.__source = launch_description_source
        self.__launch_arguments = tuple(launch_arguments or ())

    @property
    def launch_description_source(self) -> LaunchDescriptionSource:
        """The source."""
        return self.__source

    @property
    def launch_arguments(self) -> tuple[Any, ...]:
        """The (name, value) pairs."""
        return self.__launch_arguments

    def _names_given(self) -> set[str]:
        """Names of the arguments that are set here, where they are plain texts."""
        return {name for name, _ in self.__launch_arguments if isinstance(name, str)}

    def describe(self) -> str:
        """Return a one-line text about the include."""
        return f"IncludeLaunchDescription({self.__source.location})"

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the launch description, if its path needs no launch context."""
        found = self.__source.try_get_launch_description_without_context()
        return [found] if found is not None else []

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Return the description between what sets its arguments and what follows.

        Raises:
            RuntimeError: a required argument of the description has no value.
        """
        description = self.__source.get_launch_description(context)
        given: list[tuple[str, Any]] = []
        for name, value in self.__launch_arguments:
            text = perform_substitutions(context, normalize_to_list_of_substitutions(name))
            given.append((text, value))
        self.__check_arguments(context, description, [name for name, _ in given])
        before = self.__set_location(context)
        return [
            *(SetLaunchConfiguration(name, value) for name, value in given),
            description,
            OpaqueFunction(function=self.__restore_location, args=(before,)),
        ]

    def __check_arguments(
        self, context: LaunchContext, description: LaunchDescription, given: list[str]
    ) -> None:
        pairs = description.get_launch_arguments_with_include_launch_description_actions()
        for argument, includes in pairs:
            if argument._conditionally_included or argument.default_value is not None:
                continue
            names = [*given, *(n for include in includes for n in include._names_given())]
            if argument.name not in names and argument.name not in context.launch_configurations:
                raise RuntimeError(
                    f"Included launch description missing required argument '{argument.name}' "
                    f"(description: '{argument.description}'), given: [{', '.join(names)}]"
                )

    def __set_location(self, context: LaunchContext) -> dict[str, Any]:
        location = os.path.abspath(self.__source.location) if self.__source.location else ""
        names = ("current_launch_file_path", "current_launch_file_directory")
        before = {name: context.get_locals_as_dict().get(name) for name in names}
        context.extend_locals({names[0]: location, names[1]: os.path.dirname(location)})
        return before

    @staticmethod
    def __restore_location(context: LaunchContext, before: dict[str, Any]) -> None:
        context.extend_locals({k: v for k, v in before.items() if v is not None})
