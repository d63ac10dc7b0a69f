"""Integration of actions into the absolute targets that the arm takes."""

from __future__ import annotations

import numpy as np

from afil_core.actions import TargetIntegrator as PoseIntegrator
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_sim.franka.kinematics import Vector


class TargetIntegrator:
    """Adds ``ee_delta`` actions to the last commanded target, within a contract's limits.

    Args:
        contract: A contract whose action is ``ee_delta``.

    Raises:
        AfilError: When the contract commands something else.
    """

    def __init__(self, contract: Contract) -> None:
        action = contract.action
        if not isinstance(action, EndEffectorDelta):
            raise AfilError(
                f"contract '{contract.robot}' does not command an end effector within limits, "
                f"so its actions are no steps of a target; use a contract with action.kind "
                f"ee_delta"
            )
        self._gripper = action.gripper_command
        self._integrator = PoseIntegrator(action.limits)
        self.reset(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]))

    def reset(self, ee_pose: Vector) -> None:
        """Start at the measured pose [7] (m, quaternion x, y, z, w)."""
        self._integrator.start_from(ee_pose)

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
        target = self._integrator.step(values[:6])
        width = np.clip(values[6], self._gripper.minimum_m, self._gripper.maximum_m)
        return target, float(width)
