"""Where two contracts differ, line by line."""

from __future__ import annotations

from typing import Any

from afil_core.contract.contract import Contract


def differences(ours: Contract, theirs: Contract) -> list[str]:
    """Differences in meaning between two contracts; description and namespace do not count.

    Returns:
        One line per key, ``key: ours != theirs``; empty when they mean the same.
    """
    left = _flatten(ours.meaning())
    right = _flatten(theirs.meaning())
    keys = [*left, *(k for k in right if k not in left)]
    return [
        f"{key}: {left.get(key, 'absent')!s} != {right.get(key, 'absent')!s}"
        for key in keys
        if left.get(key) != right.get(key)
    ]


def _flatten(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {path: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat.update(_flatten(inner, f"{path}.{key}" if path else str(key)))
    return flat
