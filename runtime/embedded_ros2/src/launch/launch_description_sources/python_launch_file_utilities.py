"""Loading Python launch files."""

import importlib.machinery
import importlib.util
from types import ModuleType

from ..launch_description import LaunchDescription


class InvalidPythonLaunchFileError(Exception):
    """A Python launch file lacks ``generate_launch_description``."""


def load_python_launch_file_as_module(python_launch_file_path: str) -> ModuleType:
    """Return a launch file as a module, of whatever extension it is."""
    loader = importlib.machinery.SourceFileLoader("python_launch_file", python_launch_file_path)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    if spec is None:
        raise InvalidPythonLaunchFileError(f"'{python_launch_file_path}' cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def get_launch_description_from_python_launch_file(
    python_launch_file_path: str,
) -> LaunchDescription:
    """Return what a launch file's ``generate_launch_description()`` returns.

    Raises:
        InvalidPythonLaunchFileError: the file has no such function.
    """
    module = load_python_launch_file_as_module(python_launch_file_path)
    if not hasattr(module, "generate_launch_description"):
        raise InvalidPythonLaunchFileError(
            f"launch file at '{python_launch_file_path}' does not contain the required "
            "function 'generate_launch_description()'"
        )
    return module.generate_launch_description()
