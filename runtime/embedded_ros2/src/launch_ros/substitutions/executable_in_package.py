"""The path of a package's executable."""

from embedded_ros2.executables import find_executable
from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

from .find_package import FindPackagePrefix


class ExecutableInPackage(FindPackagePrefix):
    """Stands for the path of an executable, as ``ros2 run`` finds it."""

    def __init__(self, executable: SomeSubstitutionsType, package: SomeSubstitutionsType) -> None:
        super().__init__(package)
        self.__executable = normalize_to_list_of_substitutions(executable)

    @property
    def executable(self) -> list[Substitution]:
        """The executable's name."""
        return self.__executable

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        package = " + ".join(s.describe() for s in self.package)
        executable = " + ".join(s.describe() for s in self.executable)
        return f"ExecInPkg(pkg={package}, exec={executable})"

    def perform(self, context: LaunchContext) -> str:
        """Return the path.

        Raises:
            PackageNotFoundError: there is no such package.
            SubstitutionFailure: it has no such executable.
        """
        package = perform_substitutions(context, self.package)
        executable = perform_substitutions(context, self.executable)
        prefix = self.find(package)
        path = find_executable(package, executable)
        if path is None:
            raise SubstitutionFailure(
                f"executable '{executable}' not found in package '{package}' at "
                f"'{prefix}/lib/{package}'"
            )
        return path
