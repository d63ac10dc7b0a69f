"""Which parameters a listing names."""

from __future__ import annotations

from collections.abc import Iterable

from rcl_interfaces.msg import ListParametersResult

from rclpy.parameter import PARAMETER_SEPARATOR_STRING as SEPARATOR


def list_parameters(names: Iterable[str], prefixes: list[str], depth: int) -> ListParametersResult:
    """Names below any of the prefixes, all of them where there is no prefix.

    Args:
        names: Dotted names of all parameters.
        prefixes: Prefixes without a final dot.
        depth: How many parts of a name may follow the prefix; 0: any number.

    Raises:
        TypeError: An argument has another type.
        ValueError: The depth is negative.
    """
    if not isinstance(prefixes, list) or not all(isinstance(p, str) for p in prefixes):
        raise TypeError("The prefixes argument must be a list of str")
    if not isinstance(depth, int):
        raise TypeError("The depth must be instance of type int")
    if depth < 0:
        raise ValueError("The depth must be greater than or equal to zero")

    def near(rest: str) -> bool:
        return depth == 0 or rest.count(SEPARATOR) < depth

    def wanted(name: str) -> bool:
        if not prefixes:
            return near(name)
        return any(
            name == p or (name.startswith(p + SEPARATOR) and near(name[len(p) + 1 :]))
            for p in prefixes
        )

    found = [name for name in names if wanted(name)]
    parents = {name.rpartition(SEPARATOR)[0]: None for name in found if SEPARATOR in name}
    return ListParametersResult(names=found, prefixes=list(parents))
