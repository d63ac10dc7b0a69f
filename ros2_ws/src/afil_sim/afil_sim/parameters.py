"""Node parameters with a sentence for a value of the wrong kind.

Nodes declare them with dynamic typing, for a launch argument such as ``noise:=0`` arrives as
an integer where a float is meant, and ROS would refuse it with a traceback.
"""

from __future__ import annotations

from collections.abc import Callable

from afil_core.errors import AfilError


class Parameters:
    """Declares a node's parameters and reads them.

    Args:
        declare: Declares a parameter by name and default value and returns its value.
    """

    def __init__(self, declare: Callable[[str, object], object]) -> None:
        self._declare = declare

    def text(self, name: str, default: str) -> str:
        """A string; AfilError when it is none."""
        value = self._declare(name, default)
        if not isinstance(value, str):
            raise _wrong(name, "a name", value)
        return value

    def number(self, name: str, default: float) -> float:
        """A float, or an integer taken as one; AfilError when it is neither."""
        value = self._declare(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(name, "a number", value)
        return float(value)

    def integer(self, name: str, default: int) -> int:
        """An integer; AfilError when it is none."""
        value = self._declare(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(name, "a whole number", value)
        return value

    def switch(self, name: str, default: bool) -> bool:
        """A boolean; AfilError when it is none."""
        value = self._declare(name, default)
        if not isinstance(value, bool):
            raise _wrong(name, "true or false", value)
        return value


def _wrong(name: str, kind: str, value: object) -> AfilError:
    return AfilError(f"parameter {name} must be {kind}, not {value!r}")
