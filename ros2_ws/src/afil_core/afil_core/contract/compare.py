"""Where two contracts differ, line by line."""

from __future__ import annotations

from typing import Any

from afil_core.contract.model import Contract


def differences(ours: Contract, theirs: Contract) -> list[str]:
    """Differences in meaning between two contracts; the description does not count.

    Returns:
        One line per key, ``key: ours != theirs``; empty when they mean the same.
    """
    left = _flatten(ours.to_dict())
    right = _flatten(theirs.to_dict())
    keys = [*left, *(k for k in right if k not in left)]
    return [
        f"{key}: {left.get(key, 'absent')!s} != {right.get(key, 'absent')!s}"
        for key in keys
        if key != "description" and left.get(key) != right.get(key)
    ]


def _flatten(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        items = [(str(k), v) for k, v in value.items()]
    elif isinstance(value, list) and any(isinstance(v, dict) for v in value):
        items = [(f"[{i}]", v) for i, v in enumerate(value)]
    else:
        return {path: value}
    flat: dict[str, Any] = {}
    for key, inner in items:
        joined = f"{path}{key}" if key.startswith("[") else f"{path}.{key}" if path else key
        flat.update(_flatten(inner, joined))
    return flat
