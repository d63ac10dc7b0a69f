"""A car's throttle, steering and brake."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.commands import Command
from afil_core.commands.vehicle import VehicleControl
from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_teleop.driving.base import Drive, Sent

_BRAKE = np.array([0.0, 0.0, 1.0])


class VehicleDrive(Drive):
    """Publishes the control of the contract's default interface; brakes when nobody drives."""

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        control = contract.interface()[0]
        assert isinstance(control, VehicleControl)
        self._control = control

    @property
    def commands(self) -> tuple[Command, ...]:
        """The control."""
        return (self._control,)

    def move(self, action: NDArray[np.float64], stamp_ns: int) -> list[Sent]:
        """The control within the contract's ranges."""
        clipped = self.action.clip(action)
        encode = self._control.reversing if self.reverse else self._control.encode
        return [Sent(self._control, encode(clipped, stamp_ns))]

    def rest(self, stamp_ns: int) -> list[Sent]:
        """Full brake: a simulator applies the last control for ever."""
        return [Sent(self._control, self._control.encode(_BRAKE, stamp_ns))]
