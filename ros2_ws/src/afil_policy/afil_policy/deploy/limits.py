"""Limits on actions: what may be commanded, whatever the network says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.binary import BinaryDimensions

# Beyond its range by this many times its width, a number is refused and not clipped.
_FAR = 10.0
# A gripper that opens or closes takes this long for it, about.
_DWELL_S = 0.5


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
        self._binary = BinaryDimensions(contract, _DWELL_S)
        dimensions = self._action.dimensions
        self._names = [d.name for d in dimensions]
        self._low = np.array([d.minimum for d in dimensions])
        self._high = np.array([d.maximum for d in dimensions])
        self.clipped = 0

    def apply(self, action: NDArray[np.float64], stamp_ns: int = 0) -> NDArray[np.float64]:
        """An action that may be commanded.

        Args:
            action: float64 [D] in the contract's units.
            stamp_ns: Stamp of the command.

        Returns:
            float64 [D].

        Raises:
            AfilError: When a number is not finite, or so far out of its range that the policy
                can't have meant it; nothing may be commanded from it.
        """
        self._require_possible(action)
        decided = self._binary.apply(action, stamp_ns)
        limited = self._action.clip(decided)
        self.clipped += not np.array_equal(limited, decided)
        return limited

    def reset(self) -> None:
        """Forget which ends of their range the binary dimensions were sent to."""
        self._binary.reset()

    def _require_possible(self, action: NDArray[np.float64]) -> None:
        if action.shape != self._low.shape:
            raise AfilError(
                f"an action has {action.size} numbers, and the contract {self._low.size}; no "
                f"command was sent"
            )
        # What is not finite is named by the action itself.
        if not np.isfinite(action).all():
            return
        with np.errstate(over="ignore"):
            away = np.maximum(self._low - action, action - self._high)
            beyond = away / (self._high - self._low)
        worst = int(beyond.argmax())
        if beyond[worst] > _FAR:
            raise AfilError(
                f"an action is {action[worst]:g} in {self._names[worst]}, far beyond "
                f"{self._low[worst]:g} to {self._high[worst]:g}; no command was sent"
            )
