"""Parameters of the node in which a device drives a robot."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from afil_core import schema
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_teleop.devices import DEVICES, Device
from afil_teleop.devices.cues import Sound


class TeleopParameters(Schema):
    """Parameters of ``teleop_node``."""

    renamed = {"linear_speed": "options", "angular_speed": "options"}

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    device: str = Field("keyboard", description="Device that a person drives with")
    options: str = Field("", description="Options of the device, e.g. '{linear_m_s: 0.2}'")
    keys: str = Field(
        "",
        description="Another device for the episode keys: keys (the terminal), "
        "'{name: pedal, topic: joy}'; empty: none",
    )
    recorder: str = Field("record_node", description="Node whose episodes the device's keys mean")
    takeover: bool = Field(
        False, description="A policy drives until the person takes over (docs/recording.md)"
    )
    command_interface: str = Field(
        "", description="Of the policy, with takeover; empty: the contract's default"
    )
    sound: Sound = Field(
        "bell", description="What is heard of the recorder: speech (espeak-ng), bell or none"
    )

    def make_device(self, contract: Contract) -> Device:
        """The device.

        Raises:
            AfilError: When there is no such device, it has no such options, or it can't drive
                the robot.
        """
        options = schema.parse_yaml(self.options, "options of the device") or {}
        chosen = (
            {"name": self.device, **_nested(options)} if isinstance(options, dict) else options
        )
        device = schema.read(_Choice, {"device": chosen}, "device").device.build(contract)
        if self.takeover and not device.moves:
            raise AfilError(
                f"takeover:=true is for a device that drives the robot, and {self.device} has "
                f"episode keys alone; record with another source:="
            )
        return device

    def make_keys(self, contract: Contract) -> list[Device]:
        """The other device, if there is one.

        Raises:
            AfilError: As :meth:`make_device`, or when it moves the robot, too.
        """
        if not self.keys:
            return []
        chosen = schema.parse_yaml(self.keys, "keys")
        device = schema.read(_Choice, {"device": chosen}, "keys").device.build(contract)
        if device.moves:
            raise AfilError(f"keys:={self.keys} moves the robot; give keys or pedal")
        return [device]


class WatchdogParameters(Schema):
    """Parameters of ``teleop_watchdog_node``."""

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    takeover: bool = Field(False, description="As of the teleop_node that is watched")
    timeout_s: float = Field(
        0.4, gt=0, description="Wall time without a heartbeat after which the robot is rested, s"
    )


class _Choice(Schema):
    device: Annotated[Selection[Device], DEVICES]


def _nested(options: dict[str, Any]) -> dict[str, Any]:
    """Options with dotted names, as ``teleop_twist_joy`` has them, in their groups."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        group, dot, key = str(name).partition(".")
        if dot:
            found.setdefault(group, {})[key] = value
        else:
            found[name] = value
    return found
