"""Driving: what a device asks for becomes commands. One file for each kind of action."""

from __future__ import annotations

from afil_core.contract import Contract
from afil_core.registry import Registry
from afil_teleop.driving.base import Drive, Sent
from afil_teleop.driving.measured import Measured
from afil_teleop.driving.scene import Scene
from afil_teleop.driving.takeover import Published, Takeover

DRIVES: Registry[Drive] = Registry(
    "drives",
    "way to drive an action",
    {
        "ee_delta": "afil_teleop.driving.pose:PoseDrive",
        "joint": "afil_teleop.driving.joints:JointDrive",
        "vehicle_control": "afil_teleop.driving.vehicle:VehicleDrive",
    },
)


def make_drive(contract: Contract) -> Drive:
    """What drives the contract's action.

    Raises:
        AfilError: When the contract has no action, or nothing drives its kind.
    """
    return DRIVES.select(contract.require_action().kind).build(contract)


__all__ = ["DRIVES", "Drive", "Measured", "Published", "Scene", "Sent", "Takeover", "make_drive"]
