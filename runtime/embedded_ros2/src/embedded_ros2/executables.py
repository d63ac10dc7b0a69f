"""Executables of a package, as ``ros2 run`` and launch files name them.

A colcon workspace keeps them as files in ``<prefix>/lib/<package>/``. pip has no such folder;
what it has are the ``console_scripts`` of the distribution named like the package, so the
file is written from those when it is first asked for.
"""

import os
import sys
from importlib import metadata

from ament_index_python.packages import get_package_prefix


def _entry_points(package: str) -> dict[str, metadata.EntryPoint]:
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return {}
    return {e.name: e for e in distribution.entry_points if e.group == "console_scripts"}


def _files(package: str) -> dict[str, str]:
    folder = os.path.join(get_package_prefix(package), "lib", package)
    found: dict[str, str] = {}
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = os.path.join(root, name)
            if not name.startswith(".") and os.access(path, os.X_OK):
                found.setdefault(name, path)
    return found


def _script(package: str, entry: metadata.EntryPoint) -> str:
    """Write the start file of an entry point, unless it is there already."""
    module, _, attribute = entry.value.partition(":")
    name = attribute.split(".")[0].strip()
    text = (
        f"#!{sys.executable}\n"
        "# Written by embedded_ros2 from the package's console_scripts; not to be edited.\n"
        "import sys\n\n"
        f"from {module.strip()} import {name}\n\n"
        # Processes that multiprocessing starts read this file again, and must not begin anew.
        'if __name__ == "__main__":\n'
        f"    sys.exit({attribute.strip()}())\n"
    )
    folder = os.path.join(sys.prefix, "lib", package)
    path = os.path.join(folder, entry.name)
    try:
        with open(path, encoding="utf-8") as stream:
            if stream.read() == text:
                return path
    except OSError:
        pass
    os.makedirs(folder, exist_ok=True)
    partial = f"{path}.{os.getpid()}"
    with open(partial, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.chmod(partial, 0o755)
    os.replace(partial, path)
    return path


def executable_names(package: str) -> list[str]:
    """Return the sorted names of a package's executables.

    Raises:
        PackageNotFoundError: there is no such package.
    """
    in_environment = os.path.join(sys.prefix, "lib", package)
    files = {
        name
        for name, path in _files(package).items()
        if os.path.dirname(path) != in_environment or not _is_ours(path)
    }
    return sorted({*files, *_entry_points(package)})


def _is_ours(path: str) -> bool:
    with open(path, "rb") as stream:
        return b"# Written by embedded_ros2 from" in stream.read(400)


def find_executable(package: str, executable: str) -> str | None:
    """Return the path of a package's executable, or None when it has none of that name.

    Raises:
        PackageNotFoundError: there is no such package.
    """
    path = _files(package).get(executable)
    if path is not None and not _is_ours(path):
        return path
    entry = _entry_points(package).get(executable)
    return _script(package, entry) if entry is not None else None


def paths_of_executables(package: str) -> list[str]:
    """Return the sorted paths of all executables of a package."""
    found = (find_executable(package, name) for name in executable_names(package))
    return sorted(path for path in found if path is not None)
