"""A condition on a launch configuration."""

from ..condition import Condition
from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions


class LaunchConfigurationEquals(Condition):
    """Lets an action be executed if a launch configuration is an expected value.

    An expected value of None stands for a configuration that is not set.
    """

    def __init__(
        self,
        launch_configuration_name: str,
        expected_value: SomeSubstitutionsType | None,
    ) -> None:
        self.__name = launch_configuration_name
        self.__expected = (
            None if expected_value is None else normalize_to_list_of_substitutions(expected_value)
        )
        super().__init__(predicate=self._evaluate)

    def _evaluate(self, context: LaunchContext) -> bool:
        expected = (
            None if self.__expected is None else perform_substitutions(context, self.__expected)
        )
        return context.launch_configurations.get(self.__name) == expected
