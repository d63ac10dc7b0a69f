"""Devices: what a person does becomes motion and requests. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_teleop.devices.base import Device, EpisodeKey, Source

DEVICES: Registry[Device] = Registry(
    "devices",
    "device",
    {
        "keyboard": "afil_teleop.devices.keyboard:Keyboard",
    },
)

__all__ = ["DEVICES", "Device", "EpisodeKey", "Source"]
