"""Values that may be given as substitutions and have a type."""

from collections.abc import Iterable
from typing import Any

import yaml

from ..launch_context import LaunchContext
from ..substitution import Substitution
from .normalize import normalize_to_list_of_substitutions, perform_substitutions

SCALAR_TYPES = (int, float, bool, str)


def coerce_to_type(value: str, data_type: type | None = None, can_be_str: bool = True) -> Any:
    """Return the value that a text means in YAML.

    Args:
        value: the text.
        data_type: int, float, bool or str; None for whatever YAML makes of it.
        can_be_str: whether, without a type, the text itself is a good answer.

    Raises:
        ValueError: the text is not of that type.
    """
    if data_type is str:
        return value
    try:
        loaded = yaml.safe_load(value)
    except yaml.YAMLError:
        loaded = value
    if data_type is None:
        if isinstance(loaded, SCALAR_TYPES) and (can_be_str or not isinstance(loaded, str)):
            return loaded
        if can_be_str:
            return value
        raise ValueError(f"Can not convert value '{value}' to one of int, float, bool")
    if data_type is float and isinstance(loaded, (int, float)) and not isinstance(loaded, bool):
        return float(loaded)
    if data_type is float and isinstance(loaded, str):
        return float(loaded)
    if data_type is bool and loaded in (0, 1) and not isinstance(loaded, float):
        return bool(loaded)
    if data_type in (int, bool) and type(loaded) is data_type:
        return loaded
    raise ValueError(f"Can not convert value '{value}' to type '{data_type.__name__}'")


def normalize_typed_substitution(value: Any, data_type: type | None = None) -> Any:
    """Return substitutions as a list, and values as they are.

    Raises:
        TypeError: a value is not of the type.
    """
    if isinstance(value, Substitution):
        return [value]
    if data_type is not None and isinstance(value, data_type):
        return value
    if data_type is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        return normalize_to_list_of_substitutions(value)
    if isinstance(value, Iterable) and any(isinstance(v, Substitution) for v in value):
        return normalize_to_list_of_substitutions(value)
    if data_type is None:
        return value
    raise TypeError(f"value='{value!r}' is neither a substitution nor a '{data_type.__name__}'")


def perform_typed_substitution(
    context: LaunchContext, value: Any, data_type: type | None = None
) -> Any:
    """Return the value that `normalize_typed_substitution` stands for."""
    if isinstance(value, list) and value and all(isinstance(v, Substitution) for v in value):
        return coerce_to_type(perform_substitutions(context, value), data_type)
    return value
