"""The answer to names of the ROS 2 API that the embedded runtime does not have."""

from collections.abc import Callable
from typing import Any, NoReturn


class MissingModuleError(ModuleNotFoundError, NotImplementedError):
    """A package of ROS 2 that this runtime does not have is imported."""


def refuse_module(name: str) -> NoReturn:
    """Answer the import of a package that this runtime does not have.

    Raises:
        MissingModuleError: always; both ModuleNotFoundError and NotImplementedError.
    """
    raise MissingModuleError(f"embedded_ros2 has no {name}; use a ROS 2 installation", name=name)


def refuse(module: str, names: tuple[str, ...]) -> Callable[[str], Any]:
    """Make a module ``__getattr__`` that answers the given names by saying what they need.

    Args:
        module: dotted name of the module that asks.
        names: public names that ROS 2 has there and this runtime has not.

    Returns:
        A function for ``__getattr__``: NotImplementedError for these names, the ordinary
        AttributeError for all others.
    """

    def answer(name: str) -> Any:
        if name in names:
            raise NotImplementedError(
                f"embedded_ros2 has no {module}.{name}; use a ROS 2 installation"
            )
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return answer
