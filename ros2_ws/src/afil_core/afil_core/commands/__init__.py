"""Command kinds: what the messages of a command topic mean. One file each, chosen by name."""

from __future__ import annotations

from afil_core.commands.base import Command, CommandConfig
from afil_core.registry import Registry

COMMANDS: Registry[Command] = Registry(
    "commands",
    "command kind",
    {
        "pose": "afil_core.commands.pose:PoseCommand",
        "twist": "afil_core.commands.twist:TwistCommand",
        "joint": "afil_core.commands.joint:JointCommand",
        "gripper": "afil_core.commands.gripper:GripperCommand",
        "franka_hand": "afil_core.commands.gripper_action:FrankaHand",
        "gripper_command": "afil_core.commands.gripper_action:GripperCommandAction",
        "vehicle_control": "afil_core.commands.vehicle:VehicleControl",
        "vehicle_status": "afil_core.commands.vehicle:VehicleStatus",
        "vector": "afil_core.commands.vector:VectorCommand",
    },
)

__all__ = ["COMMANDS", "Command", "CommandConfig"]
