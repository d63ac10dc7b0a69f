"""Values of parameters out of texts."""

import re
import typing
from typing import Any

import yaml

from launch.launch_context import LaunchContext
from launch.substitution import Substitution
from launch.utilities.type_utils import coerce_to_type

_SCALARS = (bool, int, float, str)


def is_substitutions(value: Any) -> bool:
    """Return whether substitutions, perhaps among texts, make up one text."""
    if isinstance(value, Substitution):
        return True
    return (
        isinstance(value, (list, tuple))
        and any(isinstance(part, Substitution) for part in value)
        and all(isinstance(part, (str, Substitution)) for part in value)
    )


def _from_yaml(text: str) -> Any:
    """Return what YAML makes of a text, where that is a parameter's value."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        if len(kinds) == 1 and kinds <= set(_SCALARS):
            return value
    return text


def coerce(value: Any, value_type: Any) -> Any:
    """Return a value of a type out of a text, or check that it is of the type.

    Args:
        value: a text that substitutions gave, or a value.
        value_type: ``bool``, ``int``, ``float``, ``str``, a list of one of these, or None.

    Raises:
        ValueError: it is not of the type.
    """
    if value_type is None:
        return _from_yaml(value) if isinstance(value, str) else value
    item_type = (typing.get_args(value_type) or (None,))[0]
    is_list = typing.get_origin(value_type) is list or value_type is list
    if not is_list:
        if isinstance(value, str):
            return coerce_to_type(value, value_type)
        if value_type is float and type(value) is int:
            return float(value)
        if value_type is str:
            return str(value)
        if isinstance(value, value_type):
            return value
        raise ValueError(f"Failed to convert '{value}' to '{value_type.__name__}'")
    if isinstance(value, str):
        value = yaml.safe_load(value)
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"Failed to convert '{value}' to a list")
    return [coerce(item, item_type) if item_type is not None else item for item in value]


def perform_in_text(context: LaunchContext, text: str) -> str:
    """Return a text in which ``$(var x)``, ``$(env x)`` and ``$(find-pkg-share x)`` are replaced.

    Raises:
        ValueError: a substitution is none of these.
    """
    from launch.substitutions import EnvironmentVariable, LaunchConfiguration

    from ..substitutions.find_package import FindPackagePrefix, FindPackageShare

    kinds: dict[str, Any] = {
        "var": LaunchConfiguration,
        "env": EnvironmentVariable,
        "find-pkg-share": FindPackageShare,
        "find-pkg-prefix": FindPackagePrefix,
    }

    def replace(match: re.Match[str]) -> str:
        kind, *words = match.group(1).split()
        if kind not in kinds or not words:
            raise ValueError(
                f"embedded_ros2 has no substitution '$({match.group(1)})' in parameter files; "
                "use a ROS 2 installation"
            )
        if kind in ("var", "env") and len(words) > 1:
            key = "default" if kind == "var" else "default_value"
            return str(kinds[kind](words[0], **{key: " ".join(words[1:])}).perform(context))
        return str(kinds[kind](words[0]).perform(context))

    previous = None
    while previous != text:
        previous, text = text, re.sub(r"\$\(([^()]+)\)", replace, text)
    return text
