"""YAML as rcl's parameter parser reads it: scalars, and lists of one type."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

_TRUE = {"Y", "y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}
_FALSE = {"N", "n", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?((\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|inf|infinity|nan)|[-+]?\.(inf|Inf|INF)"
    r"|\.(nan|NaN|NAN)",
    re.IGNORECASE,
)


class ParameterValueError(ValueError):
    """A value that no parameter can have; says which and why."""


def read_scalar(text: str) -> Any:
    """Value of an unquoted scalar: bool, int, float, else the text itself (also ``null``)."""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        # C's rules: 0x is hexadecimal, a leading 0 octal.
        digits = text.lstrip("+-")
        base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10
        number = int(text, base)
        return number if -(2**63) <= number < 2**63 else float(number)
    if _FLOAT.fullmatch(text):
        lowered = text.lower()
        return float(re.sub(r"\.(?=[in])", "", lowered))
    return text


class _Loader(yaml.SafeLoader):
    """Resolves nothing by itself; :func:`read_scalar` does."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Keys are names, whatever they look like."""
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def _scalar(loader: _Loader, node: Any) -> Any:
    if node.style in ("'", '"'):
        return node.value
    return read_scalar(node.value) if node.value else None


_Loader.add_constructor("tag:yaml.org,2002:str", _scalar)


def load_yaml(text: str) -> Any:
    """Load YAML with rcl's idea of scalars; a missing value is None."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506


def check_value(name: str, value: Any) -> None:
    """Refuse what rcl refuses.

    Raises:
        ParameterValueError: There is no value, or a list of several types.
    """
    if value is None:
        raise ParameterValueError(
            f"The parameter '{name}' has no value; write '' for an empty text"
        )
    if not isinstance(value, list):
        return
    if any(isinstance(element, (list, dict)) or element is None for element in value):
        raise ParameterValueError(f"The list '{name}' may hold nothing but scalars: {value}")
    kinds = {type(element).__name__: element for element in value}
    if len(kinds) > 1:
        raise ParameterValueError(
            f"Sequence should be of same type, but '{name}' is {value} with "
            f"{' and '.join(sorted(kinds))}; in a list of floats write 1.0 instead of 1"
        )
