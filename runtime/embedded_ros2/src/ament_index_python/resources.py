"""Resources: files of ``share/ament_index/resource_index/<type>/<name>``."""

import os

from .constants import RESOURCE_INDEX_SUBFOLDER
from .search_paths import get_search_paths


class InvalidResourceTypeNameError(Exception):
    """A resource type is not a plain name."""


class InvalidResourceNameError(Exception):
    """A resource name is not a plain name."""


def _check(resource_type: str, resource_name: str | None = None) -> None:
    if not resource_type:
        raise ValueError("The resource type must not be empty")
    if resource_name is not None and not resource_name:
        raise ValueError("The resource name must not be empty")
    if "/" in resource_type or "\\" in resource_type:
        raise InvalidResourceTypeNameError(
            f"Resource type '{resource_type}' has an invalid name: it must not hold a slash"
        )
    if resource_name is not None and ("/" in resource_name or "\\" in resource_name):
        raise InvalidResourceNameError(
            f"Resource '{resource_name}' has an invalid name: it must not hold a slash"
        )


def _folder(prefix: str, resource_type: str) -> str:
    return os.path.join(prefix, RESOURCE_INDEX_SUBFOLDER, resource_type)


def has_resource(resource_type: str, resource_name: str) -> str | None:
    """Return the prefix that holds the resource, or None."""
    _check(resource_type, resource_name)
    for prefix in get_search_paths():
        if os.path.isfile(os.path.join(_folder(prefix, resource_type), resource_name)):
            return prefix
    return None


def get_resources(resource_type: str) -> dict[str, str]:
    """Return {resource name: prefix} of all resources of a type."""
    _check(resource_type)
    found: dict[str, str] = {}
    for prefix in get_search_paths():
        folder = _folder(prefix, resource_type)
        if not os.path.isdir(folder):
            continue
        for name in os.listdir(folder):
            if not name.startswith(".") and os.path.isfile(os.path.join(folder, name)):
                found.setdefault(name, prefix)
    return found
