"""Limits: what may be sent to a robot, whatever the network says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import apply_delta, clip_delta, delta_between
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.contract import Contract
from afil_core.errors import AfilError

# An arm this far outside of the workspace was not put there by us: somebody must look.
_OUTSIDE_M = 0.02
# A target that runs ahead of a blocked arm becomes a jump when the arm comes free.
_LEAD_STEPS = 3.0


class ActionLimits:
    """Checks and clips actions and targets against a contract; counts what it clipped.

    Args:
        contract: The robot's contract.

    Raises:
        AfilError: When the contract has no action.
    """

    def __init__(self, contract: Contract) -> None:
        if contract.action is None:
            raise AfilError(f"contract '{contract.robot}' has no action: nothing to command")
        self._names = [d.name for d in contract.action.dimensions]
        self._low = np.array([d.minimum for d in contract.action.dimensions])
        self._high = np.array([d.maximum for d in contract.action.dimensions])
        action = contract.action
        self._limits = action.limits if isinstance(action, EndEffectorDelta) else None
        self.clipped = 0

    def action(self, action: NDArray[np.float64]) -> NDArray[np.float64]:
        """An action within the contract's ranges and step limits.

        Args:
            action: float64 [D] in the contract's units.

        Returns:
            float64 [D], clipped where need be.

        Raises:
            AfilError: When a number is not finite; nothing may be commanded from it.
        """
        broken = [n for n, v in zip(self._names, action, strict=True) if not np.isfinite(v)]
        if broken:
            raise AfilError(
                f"the policy's action is not finite in {', '.join(broken)}; no command was sent"
            )
        limited = action.clip(self._low, self._high)
        if self._limits is not None:
            step = clip_delta(
                limited[:6],
                self._limits.max_translation_m,
                self._limits.max_rotation_rad,
            )
            limited = np.concatenate([step, limited[6:]])
        self.clipped += int(not np.array_equal(limited, action))
        return limited

    def require_inside(self, measured: NDArray[np.float64]) -> None:
        """Check that the arm may start to move.

        Args:
            measured: Measured end-effector pose [7].

        Raises:
            AfilError: When it is outside of the workspace.
        """
        if self._limits is None:
            return
        low = np.array(self._limits.workspace_min_m)
        high = np.array(self._limits.workspace_max_m)
        outside = np.maximum(low - measured[:3], measured[:3] - high).max()
        if outside > _OUTSIDE_M:
            place = ", ".join(f"{v:.3f}" for v in measured[:3])
            raise AfilError(
                f"the end effector at ({place}) m is {outside:.3f} m outside of the workspace "
                f"{low.tolist()} to {high.tolist()} m; move it back by hand"
            )

    def target(
        self,
        previous: NDArray[np.float64],
        delta: NDArray[np.float64],
        measured: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """The target pose after a step, inside of the workspace and near the arm.

        Near holds for position and orientation. An arm that strayed out of the workspace is led
        back, near it first.

        Args:
            previous: Last commanded pose [7].
            delta: Limited delta [6].
            measured: Measured end-effector pose [7].

        Returns:
            Pose [7] in the base frame.
        """
        target = apply_delta(previous, delta)
        if self._limits is None:
            return target
        low = np.array(self._limits.workspace_min_m)
        high = np.array(self._limits.workspace_max_m)
        allowed = np.concatenate([target[:3].clip(low, high), target[3:]])
        lead = clip_delta(
            delta_between(measured, allowed),
            _LEAD_STEPS * self._limits.max_translation_m,
            _LEAD_STEPS * self._limits.max_rotation_rad,
        )
        near = apply_delta(measured, lead)
        if np.allclose(delta_between(target, near), 0.0, rtol=0, atol=1e-9):
            return target
        self.clipped += 1
        return near
