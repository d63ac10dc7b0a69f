"""Folders of packages."""

from typing import Any

from ament_index_python.packages import get_package_prefix, get_package_share_directory
from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions import PathJoinSubstitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class FindPackage(Substitution):
    """The base of substitutions that stand for a folder of a package."""

    def __init__(self, package: SomeSubstitutionsType) -> None:
        self.__package = normalize_to_list_of_substitutions(package)

    @property
    def package(self) -> list[Substitution]:
        """The package's name."""
        return self.__package

    def find(self, package_name: str) -> str:
        """Return the folder; to be overridden."""
        raise NotImplementedError(f"find() of '{type(self).__name__}'")

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        parts = " + ".join(s.describe() for s in self.package)
        return f"{type(self).__name__}(pkg={parts})"

    def perform(self, context: LaunchContext) -> str:
        """Return the folder; PackageNotFoundError if there is no such package."""
        return self.find(perform_substitutions(context, self.package))

    def __truediv__(self, additional_path: Any) -> PathJoinSubstitution:
        return PathJoinSubstitution([self, additional_path])


class FindPackagePrefix(FindPackage):
    """Stands for the prefix that a package is installed to."""

    def find(self, package_name: str) -> str:
        """Return the prefix."""
        return get_package_prefix(package_name)


class FindPackageShare(FindPackage):
    """Stands for a package's share folder."""

    def find(self, package_name: str) -> str:
        """Return the share folder."""
        return get_package_share_directory(package_name)
