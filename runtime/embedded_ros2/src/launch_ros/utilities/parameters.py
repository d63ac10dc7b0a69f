"""Parameters and remappings of a node, brought into one form and evaluated."""

import os
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from launch.launch_context import LaunchContext
from launch.substitution import Substitution
from launch.utilities import (
    ensure_argument_type,
    normalize_to_list_of_substitutions,
    perform_substitutions,
)

from ..parameter_descriptions import Parameter, ParameterFile, ParameterValue
from .yaml_values import is_substitutions


def _name(key: Any) -> tuple[Substitution, ...]:
    return tuple(normalize_to_list_of_substitutions(key))


def _flatten(parameters: Mapping[Any, Any], prefix: tuple[Any, ...] = ()) -> dict[Any, Any]:
    """Return {name: value}; names of nested dictionaries are joined by dots."""
    flat: dict[Any, Any] = {}
    for key, value in parameters.items():
        name = (*prefix, *_name(key))
        if isinstance(value, Mapping):
            dot = normalize_to_list_of_substitutions(".")
            flat.update(_flatten(value, (*name, *dot)))
        else:
            flat[name] = value
    return flat


def normalize_parameters(parameters: Sequence[Any]) -> list[Any]:
    """Return files as `ParameterFile`, dictionaries flat, and `Parameter` as they are.

    Raises:
        TypeError: parameters are not a list of files, dictionaries and `Parameter`.
    """
    if isinstance(parameters, (str, Mapping)) or not isinstance(parameters, Sequence):
        raise TypeError(f"expected a list of parameters, got '{parameters!r}'")
    normalized: list[Any] = []
    for entry in parameters:
        if isinstance(entry, Mapping):
            normalized.append(_flatten(entry))
        elif isinstance(entry, (Parameter, ParameterFile)):
            normalized.append(entry)
        elif isinstance(entry, os.PathLike):
            normalized.append(ParameterFile(entry))
        elif isinstance(entry, (str, Substitution, list, tuple)):
            normalized.append(ParameterFile(normalize_to_list_of_substitutions(entry)))
        else:
            raise TypeError(
                f"expected a parameter file, a dictionary or a Parameter, got '{entry!r}'"
            )
    return normalized


def _evaluate_value(context: LaunchContext, value: Any) -> Any:
    if isinstance(value, ParameterValue):
        return value.evaluate(context)
    if isinstance(value, pathlib.Path):
        return str(value)
    if is_substitutions(value):
        return ParameterValue(value).evaluate(context)
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Iterable):
        return [_evaluate_value(context, item) for item in value]
    raise TypeError(f"a parameter cannot have the value '{value!r}' of type '{type(value)}'")


def evaluate_parameters(context: LaunchContext, parameters: Iterable[Any]) -> list[Any]:
    """Return the value of normalized parameters: Path of a file, dict, or `Parameter`."""
    evaluated: list[Any] = []
    for entry in parameters:
        if isinstance(entry, ParameterFile):
            evaluated.append(entry.evaluate(context))
        elif isinstance(entry, Parameter):
            evaluated.append(dict([entry.evaluate(context)]))
        else:
            evaluated.append(
                {
                    perform_substitutions(context, name): _evaluate_value(context, value)
                    for name, value in entry.items()
                }
            )
    return evaluated


def normalize_remap_rules(remap_rules: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Return (from, to) pairs of substitutions.

    Raises:
        TypeError: a rule is not a pair.
    """
    pairs = []
    for rule in remap_rules:
        ensure_argument_type(rule, (tuple, list), "remap_rules", "normalize_remap_rules")
        if len(rule) != 2:
            raise TypeError(f"a remapping must be a pair (from, to), got '{rule!r}'")
        pairs.append((_name(rule[0]), _name(rule[1])))
    return pairs
