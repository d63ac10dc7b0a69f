"""Parameters of the node in which a device drives a robot."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from afil_core import schema
from afil_core.contract import Contract
from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_teleop.devices import DEVICES, Device


class TeleopParameters(Schema):
    """Parameters of ``teleop_node``."""

    renamed = {"linear_speed": "options", "angular_speed": "options"}

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    device: str = Field("keyboard", description="Device that a person drives with")
    options: str = Field("", description="Options of the device, e.g. '{linear_m_s: 0.2}'")
    recorder: str = Field("record_node", description="Node whose episodes the device's keys mean")

    def make_device(self, contract: Contract) -> Device:
        """The device.

        Raises:
            AfilError: When there is no such device, it has no such options, or it can't drive
                the robot.
        """
        options = schema.parse_yaml(self.options, "options of the device") or {}
        chosen = {"name": self.device, **options} if isinstance(options, dict) else options
        return schema.read(_Choice, {"device": chosen}, "device").device.build(contract)


class _Choice(Schema):
    device: Annotated[Selection[Device], DEVICES]
