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
    """Sends each binary dimension to one end of its range, with hysteresis and a dwell time.

    Args:
        contract: A contract with an action.
        dwell_s: How long it stays at an end at least; the gripper's commands block for as long.
    """

    def __init__(self, contract: Contract, dwell_s: float = 0.0) -> None:
        dimensions = contract.action.dimensions if contract.action else ()
        self._ranges = {
            i: (d.minimum, d.maximum) for i, d in enumerate(dimensions) if d.mode == "binary"
        }
        self._last: dict[int, float] = {}
        self._dwell_ns = round(dwell_s * 1e9)
        self._since_ns: dict[int, int] = {}

    def apply(self, action: NDArray[np.float64], stamp_ns: int = 0) -> NDArray[np.float64]:
        """The action with its binary dimensions at an end of their range.

        Args:
            action: float64 [D] in the contract's units; values that are not finite stay.
            stamp_ns: Stamp of the command.

        Returns:
            float64 [D].
        """
        decided = action.copy()
        for index, (low, high) in self._ranges.items():
            if not np.isfinite(action[index]):
                continue
            share = (min(max(action[index], low), high) - low) / (high - low)
            # The first one goes somewhere, and what is undecided after it keeps to that.
            if index not in self._last or share <= _TO_LOW or share >= _TO_HIGH:
                self._go(index, low if share < 0.5 else high, stamp_ns)
            decided[index] = self._last[index]
        return decided

    def _go(self, index: int, end: float, stamp_ns: int) -> None:
        if self._last.get(index) == end:
            return
        since_ns = self._since_ns.get(index)
        # A clock that was set back must not hold it for ever.
        if since_ns is not None and 0 <= stamp_ns - since_ns < self._dwell_ns:
            return
        self._last[index], self._since_ns[index] = end, stamp_ns

    def reset(self) -> None:
        """Forget which end was commanded last."""
        self._last.clear()
        self._since_ns.clear()
