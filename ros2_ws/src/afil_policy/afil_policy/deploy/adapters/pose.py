"""Target poses for an impedance controller (crisp_controllers), and its gripper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.codecs import encode_float_array, encode_pose
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters.base import Command, Observations
from afil_policy.deploy.limits import ActionLimits


class PoseAdapter:
    """Integrates end-effector deltas on the last commanded target.

    Not on the measured pose: an impedance-controlled arm sags below its target, and adding
    deltas to the sagged pose would let it drift. The first target after a reset starts from
    the measured pose.

    Args:
        contract: A contract with action kind ``ee_delta``.
        limits: Its limits.

    Raises:
        AfilError: When the contract's action or observations do not fit.
    """

    def __init__(self, contract: Contract, limits: ActionLimits) -> None:
        if contract.action is None or contract.action.kind != "ee_delta":
            raise AfilError(f"contract '{contract.robot}' has no action of kind ee_delta")
        poses = [s.name for s in contract.observations if s.kind == "pose"]
        if not poses:
            raise AfilError(
                f"contract '{contract.robot}' has no observation of kind pose, which the command "
                "interface 'pose' starts from"
            )
        self._pose_stream = poses[0]
        self._frame = contract.action.frame
        self._topics = {c.name: c.topic for c in contract.action.interfaces["pose"]}
        self._limits = limits
        self._target: NDArray[np.float64] | None = None

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int
    ) -> list[Command]:
        """Gripper width first, then the pose: who waits for the pose has both.

        Raises:
            AfilError: When the arm is to start from outside of the workspace.
        """
        measured = observations[self._pose_stream]
        if self._target is None:
            self._limits.require_inside(measured)
            self._target = measured
        self._target = self._limits.target(self._target, action[:6], measured)
        return [self._gripper(float(action[6])), self._pose(self._target, stamp_ns)]

    def stop(self, observations: Observations, stamp_ns: int) -> list[Command]:
        """Hold the measured pose; the gripper keeps what it holds."""
        self._target = None
        measured = observations.get(self._pose_stream)
        return [] if measured is None else [self._pose(measured, stamp_ns)]

    def reset(self) -> None:
        """Start from the measured pose again."""
        self._target = None

    def _gripper(self, width_m: float) -> Command:
        return Command(self._topics["gripper"], encode_float_array([width_m]))

    def _pose(self, pose: NDArray[np.float64], stamp_ns: int) -> Command:
        return Command(self._topics["pose"], encode_pose(pose, stamp_ns, self._frame))
