"""Where a launch description comes from."""

from .invalid_launch_file_error import InvalidLaunchFileError
from .launch_context import LaunchContext
from .launch_description import LaunchDescription
from .some_substitutions_type import SomeSubstitutionsType
from .utilities import normalize_to_list_of_substitutions, perform_substitutions


class LaunchDescriptionSource:
    """A launch description, or a file that gives one when it is first needed."""

    def __init__(
        self,
        launch_description: LaunchDescription | None = None,
        location: SomeSubstitutionsType = "",
        method: str = "unspecified mechanism from a script",
    ) -> None:
        self.__launch_description = launch_description
        self.__location = normalize_to_list_of_substitutions(location)
        self.__expanded: str | None = None
        self.__method = method

    @property
    def location(self) -> str:
        """The path, described before it is known and expanded after."""
        if self.__expanded is not None:
            return self.__expanded
        return " + ".join(part.describe() for part in self.__location)

    @property
    def method(self) -> str:
        """How the description is made."""
        return self.__method

    def try_get_launch_description_without_context(self) -> LaunchDescription | None:
        """Return the description if its path needs no launch context, else None."""
        if self.__launch_description is None:
            from .substitutions import TextSubstitution

            context = LaunchContext()
            try:
                return self.get_launch_description(context)
            except InvalidLaunchFileError:
                raise
            except Exception:
                if all(isinstance(part, TextSubstitution) for part in self.__location):
                    raise
                self.__expanded = None
                return None
        return self.__launch_description

    def get_launch_description(self, context: LaunchContext) -> LaunchDescription:
        """Return the description; the file is read once."""
        if self.__expanded is None:
            self.__expanded = perform_substitutions(context, self.__location)
        if self.__launch_description is None:
            self.__launch_description = self._get_launch_description(self.__expanded)
        return self.__launch_description

    def _get_launch_description(self, location: str) -> LaunchDescription:
        raise NotImplementedError(f"_get_launch_description() of '{type(self).__name__}'")
