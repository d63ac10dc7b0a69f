"""Messages to dictionaries, YAML and CSV."""

from __future__ import annotations

import array
from collections import OrderedDict
from typing import Any

import numpy as np
import yaml

DEFAULT_TRUNCATE_LENGTH = 128


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    OrderedDict, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map",
                                                               data.items())
)  # fmt: skip


def _shorten_text(text: str, length: int | None) -> str:
    return text[:length] + "..." if length is not None and len(text) > length else text


def _abbreviate(value: Any, kind: str) -> str:
    """What stands for a collection that is not to be printed, as in the real tool."""
    inner, bound = kind, ""
    if kind.startswith("sequence<"):
        inner, _, size = kind.removeprefix("sequence<").removesuffix(">").partition(", ")
        bound = f"[{size}]" if size else ""
    else:
        inner, _, size = kind.partition("[")
        bound = f"[{size}"
    inner = inner.split("<")[0]
    if "/" in inner:
        inner = "/msg/".join(inner.split("/"))
    if kind.startswith("sequence<"):
        return f"<sequence type: {inner}{bound}, length: {len(value)}>"
    return f"<array type: {inner}{bound}>"


def _value(value: Any, kind: str, truncate: int | None, no_arr: bool, no_str: bool) -> Any:
    if isinstance(value, (list, tuple, array.array, np.ndarray)):
        if no_arr:
            return _abbreviate(value, kind)
        items = [
            _value(item, kind, truncate, no_arr, no_str)
            for item in (value if truncate is None else value[:truncate])
        ]
        return items + ["..."] if truncate is not None and len(value) > truncate else items
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        # The real tool tells a byte as the character of that number, quoted by YAML.
        return _shorten_text(value.decode("latin-1"), truncate)
    if isinstance(value, str):
        if no_str:
            return f"<string length: <{len(value)}>>"
        return _shorten_text(value, truncate)
    if hasattr(value, "get_fields_and_field_types"):
        return message_to_ordereddict(
            value, truncate_length=truncate, no_arr=no_arr, no_str=no_str
        )
    return value


def message_to_ordereddict(
    msg: Any,
    *,
    truncate_length: int | None = None,
    no_arr: bool = False,
    no_str: bool = False,
) -> OrderedDict[str, Any]:
    """Convert a message to nested dictionaries of plain values.

    Args:
        msg: The message.
        truncate_length: Longest strings and arrays shown in full.
        no_arr: Show only type and length of arrays.
        no_str: Show only the length of strings.
    """
    return OrderedDict(
        (name, _value(getattr(msg, name), kind, truncate_length, no_arr, no_str))
        for name, kind in msg.get_fields_and_field_types().items()
    )


def message_to_yaml(
    msg: Any,
    *,
    truncate_length: int | None = None,
    no_arr: bool = False,
    no_str: bool = False,
    flow_style: bool = False,
) -> str:
    """Convert a message to YAML; see :func:`message_to_ordereddict`."""
    tree = message_to_ordereddict(
        msg, truncate_length=truncate_length, no_arr=no_arr, no_str=no_str
    )
    return yaml.dump(
        tree, Dumper=_Dumper, allow_unicode=True, width=2**31, default_flow_style=flow_style,
        sort_keys=False,
    )  # fmt: skip


def message_to_csv(
    msg: Any,
    *,
    truncate_length: int | None = None,
    no_arr: bool = False,
    no_str: bool = False,
) -> str:
    """Convert a message to comma-separated values, depth first; an empty field stays empty."""

    def text(value: Any, kind: str = "") -> str:
        if isinstance(value, (list, tuple, array.array, np.ndarray)):
            if no_arr and kind:
                return _abbreviate(value, kind)
            shown = value if truncate_length is None else value[:truncate_length]
            items = [text(item) for item in shown]
            return _join([*items, "..."] if len(shown) < len(value) else items)
        if isinstance(value, str):
            if no_str:
                return f"<string length: <{len(value)}>>"
            return _shorten_text(value, truncate_length)
        if hasattr(value, "get_fields_and_field_types"):
            return message_to_csv(
                value, truncate_length=truncate_length, no_arr=no_arr, no_str=no_str
            )
        return str(value)

    fields = msg.get_fields_and_field_types()
    return _join([text(getattr(msg, name), kind) for name, kind in fields.items()])


def _join(texts: list[str]) -> str:
    """Join texts with commas; none comes before the first that is not empty, as in the real."""
    joined = ""
    for text in texts:
        joined += f",{text}" if joined else text
    return joined
