"""Contracts with changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from afil_core.contract import Contract, read_contract


def changed(
    contract: Contract, changes: Mapping[str, Any], without: tuple[str, ...] = ()
) -> Contract:
    """A contract with other values.

    Args:
        contract: The contract.
        changes: Values by dotted key, e.g. ``{"observations.ee_pose.alignment": "hold"}``.
        without: Dotted keys that are taken out.

    Raises:
        AfilError: When the result breaks the schema.
    """
    data = contract.to_dict()
    for dotted, value in changes.items():
        *parents, last = dotted.split(".")
        _inner(data, parents)[last] = value
    for dotted in without:
        *parents, last = dotted.split(".")
        del _inner(data, parents)[last]
    return read_contract(data, "changed contract")


def _inner(data: dict[str, Any], parents: list[str]) -> dict[str, Any]:
    for parent in parents:
        data = data[parent]
    return data
