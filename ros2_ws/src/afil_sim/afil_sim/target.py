"""Integration of actions into the absolute targets that the arm takes."""

from __future__ import annotations

import numpy as np

from afil_core.actions import apply_delta, clip_delta
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_sim.franka.kinematics import Vector


class TargetIntegrator:
    """Adds ``ee_delta`` actions to the last commanded target, within a contract's limits.

    The measured pose is only where it starts: adding to it at every step would let the lag of
    the arm eat part of each action.

    Args:
        contract: A contract whose action is ``ee_delta`` and that has limits.

    Raises:
        AfilError: When the contract commands something else.
    """

    def __init__(self, contract: Contract) -> None:
        if contract.action is None or contract.action.kind != "ee_delta" or not contract.limits:
            raise AfilError(
                f"contract '{contract.robot}' does not command an end effector within limits, "
                f"so its actions are no steps of a target; use a contract with action.kind "
                f"ee_delta and limits"
            )
        self._limits = contract.limits
        self._target = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])

    def reset(self, ee_pose: Vector) -> None:
        """Start at the measured pose [7] (m, quaternion x, y, z, w)."""
        self._target = np.array(ee_pose, dtype=np.float64)

    def apply(self, action: Vector) -> tuple[Vector, float]:
        """The target after an action.

        Args:
            action: Action [7]: translation (m), rotation vector (rad), gripper width (m).

        Returns:
            Target pose [7] in the base frame and gripper width (m), both within the limits.

        Raises:
            AfilError: When the action is not seven finite numbers.
        """
        values = np.asarray(action, dtype=np.float64)
        if values.shape != (7,) or not np.isfinite(values).all():
            raise AfilError(f"an ee_delta action is 7 finite numbers, not {action!r}")
        limits = self._limits
        delta = clip_delta(
            values[:6], limits.max_translation_per_step_m, limits.max_rotation_per_step_rad
        )
        target = apply_delta(self._target, delta)
        target[:3] = np.clip(target[:3], limits.workspace_min_m, limits.workspace_max_m)
        self._target = target
        width = np.clip(values[6], limits.min_gripper_width_m, limits.max_gripper_width_m)
        return target, float(width)
