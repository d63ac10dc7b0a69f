"""Packages: resources of the type ``packages``."""

import os
import re
from pathlib import Path

from .resources import get_resources, has_resource
from .search_paths import get_search_paths


class PackageNotFoundError(KeyError):
    """A package is in none of the prefixes."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def get_packages_with_prefixes() -> dict[str, str]:
    """Return {package name: prefix}."""
    return get_resources("packages")


def get_package_prefix(package_name: str) -> str:
    """Return the prefix that a package is installed to.

    Raises:
        ValueError: the name is not a package name.
        PackageNotFoundError: no prefix has the package.
    """
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_-]*", package_name):
        raise ValueError(
            f"'{package_name}' is not a valid package name: only letters, digits, '_' and '-'"
        )
    prefix = has_resource("packages", package_name)
    if prefix is None:
        raise PackageNotFoundError(
            f"package '{package_name}' not found, searching: {get_search_paths()}"
        )
    return prefix


def get_package_share_directory(package_name: str, print_warning: bool = True) -> str:
    """Return ``<prefix>/share/<package>``; see `get_package_prefix` for the errors."""
    path = os.path.join(get_package_prefix(package_name), "share", package_name)
    if print_warning and not os.path.exists(path):
        import warnings

        warnings.warn(f"Share directory for {package_name} ({path}) does not exist.", stacklevel=2)
    return path


def get_package_share_path(package_name: str, print_warning: bool = True) -> Path:
    """Return `get_package_share_directory` as a Path."""
    return Path(get_package_share_directory(package_name, print_warning))
