"""Limits on actions: what may be commanded, whatever the network says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_policy.deploy.binary import BinaryDimensions


class ActionLimits:
    """Decides the binary dimensions, clips to the contract's limits of one step, and counts.

    Limits of targets (workspace, distance to the arm) are the adapters'.

    Args:
        contract: The robot's contract.

    Raises:
        AfilError: When the contract has no action.

    Attributes:
        clipped: How many actions had to be clipped.
    """

    def __init__(self, contract: Contract) -> None:
        self._action = contract.require_action()
        self._binary = BinaryDimensions(contract)
        self.clipped = 0

    def apply(self, action: NDArray[np.float64]) -> NDArray[np.float64]:
        """An action that may be commanded.

        Args:
            action: float64 [D] in the contract's units.

        Returns:
            float64 [D].

        Raises:
            AfilError: When a number is not finite; nothing may be commanded from it.
        """
        decided = self._binary.apply(action)
        limited = self._action.clip(decided)
        self.clipped += not np.array_equal(limited, decided)
        return limited

    def reset(self) -> None:
        """Forget which ends of their range the binary dimensions were sent to."""
        self._binary.reset()
