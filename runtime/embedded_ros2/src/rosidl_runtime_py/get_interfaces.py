"""Names and files of the interfaces that are known."""

from __future__ import annotations

from collections.abc import Iterable

from embedded_ros2.definitions import find_file, interface_names, packages


def _by_package(names: Iterable[str] | None, kinds: tuple[str, ...]) -> dict[str, list[str]]:
    known = packages()
    wanted = known if names is None or not list(names) else list(names)
    found = {}
    for package in wanted:
        if package not in known:
            raise LookupError(f"Unknown package '{package}'")
        entries = [
            f"{kind}/{name}"
            for kind in kinds
            if kind in known[package]
            for name in interface_names(package, kind)
        ]
        if entries:
            found[package] = entries
    return found


def get_interfaces(package_names: Iterable[str] | None = None) -> dict[str, list[str]]:
    """All interfaces as ``kind/Name`` by package."""
    return _by_package(package_names, ("action", "msg", "srv"))


def get_message_interfaces(package_names: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Messages by package."""
    return _by_package(package_names, ("msg",))


def get_service_interfaces(package_names: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Services by package."""
    return _by_package(package_names, ("srv",))


def get_action_interfaces(package_names: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Actions by package."""
    return _by_package(package_names, ("action",))


def get_interface_packages() -> dict[str, str]:
    """Packages that define interfaces."""
    return {package: "" for package in packages()}


def get_interface_path(parts: str) -> str:
    """Path of an interface's file.

    Raises:
        LookupError: There is no file; the standard messages come from the rosbags store.
    """
    package, kind, name = parts.split("/")
    path = find_file(package, kind, name)
    if path is None:
        raise LookupError(f"Could not find the interface file of '{parts}'")
    return str(path)
