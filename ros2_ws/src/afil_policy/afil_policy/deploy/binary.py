"""Binary action dimensions, such as a gripper that opens or closes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract

# Shares of the range at which a dimension goes over to its other end. The gap between them
# keeps a policy that is undecided from chattering.
_TO_LOW = 0.4
_TO_HIGH = 0.6


class BinaryDimensions:
    """Sends each binary dimension to one end of its range, with hysteresis.

    Args:
        contract: A contract with an action.
    """

    def __init__(self, contract: Contract) -> None:
        dimensions = contract.action.dimensions if contract.action else ()
        self._ranges = {
            i: (d.minimum, d.maximum) for i, d in enumerate(dimensions) if d.mode == "binary"
        }
        self._last: dict[int, float] = {}

    def apply(self, action: NDArray[np.float64]) -> NDArray[np.float64]:
        """The action with its binary dimensions at an end of their range.

        Args:
            action: float64 [D] in the contract's units; values that are not finite stay.

        Returns:
            float64 [D].
        """
        decided = action.copy()
        for index, (low, high) in self._ranges.items():
            share = (action[index] - low) / (high - low)
            if not np.isfinite(share):
                continue
            if share <= _TO_LOW or share >= _TO_HIGH:
                self._last[index] = low if share <= _TO_LOW else high
            decided[index] = self._last.get(index, low if share < 0.5 else high)
        return decided

    def reset(self) -> None:
        """Forget which end was commanded last."""
        self._last.clear()
