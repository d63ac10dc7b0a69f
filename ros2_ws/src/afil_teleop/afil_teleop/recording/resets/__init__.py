"""Resets: what brings robot and scene back between two episodes. One file each, chosen by name."""

from __future__ import annotations

from typing import Annotated

from afil_core import schema
from afil_core.contract import Contract
from afil_core.registry import Registry, Selection
from afil_core.schema import Schema
from afil_teleop.recording.resets.base import ResetHook, Wire

RESETS: Registry[ResetHook] = Registry(
    "resets",
    "reset",
    {
        "carla": "afil_teleop.recording.resets.carla:CarlaReset",
        "trigger": "afil_teleop.recording.resets.trigger:TriggerReset",
    },
)


class _Choice(Schema):
    reset: Annotated[Selection[ResetHook], RESETS]


def make_reset(text: str, contract: Contract, wire: Wire) -> ResetHook | None:
    """The reset that a parameter asks for.

    Args:
        text: Empty for none; a name, or YAML with ``name`` and its options.
        contract: The robot's contract.
        wire: Carries what it asks for.

    Raises:
        AfilError: When there is no such reset, or it has no such options.
    """
    if not text:
        return None
    chosen = schema.parse_yaml(text, "reset")
    reset = schema.read(_Choice, {"reset": chosen}, "reset").reset.build(contract, wire)
    wire.prepare(reset.topics(), tuple(reset.services()))
    return reset


__all__ = ["RESETS", "ResetHook", "Wire", "make_reset"]
