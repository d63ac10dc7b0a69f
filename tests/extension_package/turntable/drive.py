"""How the action ``turn`` is driven by a device."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.commands import Command
from afil_teleop.driving import Drive, Sent


class TurnDrive(Drive):
    """Publishes the rate; the disc stands still when nobody asks for anything."""

    @property
    def commands(self) -> tuple[Command, ...]:
        """The rate."""
        return (self.contract.commands["turn_rate"],)

    def move(self, action: NDArray[np.float64], stamp_ns: int) -> list[Sent]:
        """The rate within the contract's limit."""
        (rate,) = self.commands
        return [Sent(rate, rate.encode(self.action.clip(action), stamp_ns))]

    def rest(self, stamp_ns: int) -> list[Sent]:
        """No rate."""
        (rate,) = self.commands
        return [Sent(rate, rate.encode(np.zeros(1), stamp_ns))]
