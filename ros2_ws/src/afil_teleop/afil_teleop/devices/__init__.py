"""Devices: what a person does becomes motion and requests. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_teleop.devices.base import Device, EpisodeKey, Source

DEVICES: Registry[Device] = Registry(
    "devices",
    "device",
    {
        "gamepad": "afil_teleop.devices.gamepad:Gamepad",
        "keyboard": "afil_teleop.devices.keyboard:Keyboard",
        "keys": "afil_teleop.devices.keys:EpisodeKeys",
        "leader": "afil_teleop.devices.leader:LeaderArm",
        "pedal": "afil_teleop.devices.pedal:Pedal",
        "spacemouse": "afil_teleop.devices.spacemouse:SpaceMouse",
    },
)

__all__ = ["DEVICES", "Device", "EpisodeKey", "Source"]
