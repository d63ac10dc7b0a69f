"""The action that declares a launch argument."""

from typing import Any

from ..action import Action
from ..launch_context import LaunchContext
from ..logging import get_logger
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class DeclareLaunchArgument(Action):
    """Declares an argument of the launch file; its value is a launch configuration.

    Args:
        name: the argument's name.
        default_value: value if none is given; without a default the argument is required.
        description: text of ``--show-args``.
        choices: the values that are allowed.
    """

    def __init__(
        self,
        name: str,
        *,
        default_value: SomeSubstitutionsType | None = None,
        description: str | None = None,
        choices: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__name = name
        self.__default_value = (
            None if default_value is None else normalize_to_list_of_substitutions(default_value)
        )
        if choices is not None:
            choices = list(choices)
            if not choices:
                raise RuntimeError(
                    "Provided choices arg is empty. Use None to ignore the choice list."
                )
            if isinstance(default_value, str) and default_value not in choices:
                raise RuntimeError(
                    f'Provided default_value "{default_value}" is not in provided choices '
                    f'"{choices}".'
                )
        self.__choices = choices
        self.__description = self.__describe_choices(description, choices)
        # Set by LaunchDescription.get_launch_arguments().
        self._conditionally_included = False

    @staticmethod
    def __describe_choices(description: str | None, choices: list[str] | None) -> str:
        if description is None:
            return "no description given" if choices is None else f"One of: {choices}"
        if choices is None:
            return description
        stop = "" if description.endswith(".") else "."
        return f"{description}{stop} Valid choices are: {choices}"

    @property
    def name(self) -> str:
        """The argument's name."""
        return self.__name

    @property
    def default_value(self) -> list[Substitution] | None:
        """The value if none is given; None for a required argument."""
        return self.__default_value

    @property
    def description(self) -> str:
        """The text of ``--show-args``."""
        return self.__description

    @property
    def choices(self) -> list[str] | None:
        """The values that are allowed; None for all."""
        return self.__choices

    def describe(self) -> str:
        """Return a one-line text about the argument."""
        return f"DeclareLaunchArgument({self.name})"

    def execute(self, context: LaunchContext) -> None:
        """Set the launch configuration, unless a value was given, and check it.

        Raises:
            RuntimeError: a required argument has no value, or it is none of the choices.
        """
        configurations = context.launch_configurations
        if self.name not in configurations:
            if self.default_value is None:
                get_logger(__name__).error(
                    f'Required launch argument "{self.name}" (description: '
                    f'"{self.description}") was not provided'
                )
                raise RuntimeError(f'Required launch argument "{self.name}" was not provided.')
            configurations[self.name] = perform_substitutions(context, self.default_value)
        value = configurations[self.name]
        if self.choices is not None and value not in self.choices:
            raise RuntimeError(
                f'Argument "{self.name}" provided value "{value}" is not valid. Valid options '
                f"are: {self.choices}"
            )
