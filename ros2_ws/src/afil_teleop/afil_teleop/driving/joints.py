"""Target positions of joints, approached no faster than the contract allows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.joint import JointTargets
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.kinds.joints import JointPositions
from afil_core.schema import Schema
from afil_teleop.driving.base import Drive, Sent

# A leader farther away is not followed until it comes near.
_NEAR_RAD = 0.4
# How many largest steps a target may be ahead of the measured position.
_LEAD_STEPS = 3.0


class JointDrive(Drive):
    """Publishes the demonstrated commands of ``joint``.

    The target starts at the measured positions and follows the device, a leader arm say, by the
    largest step per control period. It does not begin before the leader is near: an arm that set
    out by itself for wherever its leader was left would sweep the table. Nor is it further away
    from the arm than a policy's may be, at rest neither: an arm that is held would jump when it
    comes free, and one that others moved would be pulled back all the way.
    """

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(self.action, JointTargets)
        self._joints = self.action.joint_command
        self._gripper = self.action.gripper_command
        self._max_step_rad = self.action.max_step_rad
        self._stream = next(
            (
                s
                for s in contract.observations
                if type(s) is JointPositions and s.joints == self._joints.joints
            ),
            None,
        )
        if self._stream is None:
            raise AfilError(
                f"the contract '{contract.robot}' has no observation of kind joint_positions with "
                f"the joints of commands.{self._joints.name}, where a target could start"
            )
        self._target: NDArray[np.float64] | None = None
        self._measured: NDArray[np.float64] | None = None
        self._is_near = False
        self._width_m: NDArray[np.float64] | None = None

    @property
    def commands(self) -> tuple[Command, ...]:
        """Gripper, where one is demonstrated, and joints."""
        return (self._joints,) if self._gripper is None else (self._gripper, self._joints)

    @property
    def streams(self) -> tuple[Observation, ...]:
        """The measured positions."""
        return () if self._stream is None else (self._stream,)

    @property
    def is_ready(self) -> bool:
        """Whether there is a target."""
        return self._target is not None

    def measured(self, stream: str, value: NDArray[Any]) -> None:
        """Start from the first measured positions, and stay near the newest."""
        del stream
        self._measured = np.array(value, dtype=np.float64)
        if self._target is None:
            self._target = self._measured

    def move(self, action: NDArray[np.float64], stamp_ns: int) -> list[Sent]:
        """One step towards the wanted positions."""
        assert self._target is not None, "measured comes first"
        clipped = self.action.clip(action)
        joints = clipped[: self._joints.size]
        self._require_near(joints - self._target)
        self._target = self._towards(joints, self._target)
        if self._gripper is not None:
            self._width_m = clipped[self._joints.size :]
        return self._sent(stamp_ns)

    def rest(self, stamp_ns: int) -> list[Sent]:
        """The last target again, where the arm is still near it, and the last width.

        The leader must come near once more.
        """
        self._is_near = False
        if self._target is not None:
            self._target = self._towards(self._target, self._target)
        return self._sent(stamp_ns)

    def _towards(
        self, wanted: NDArray[np.float64], target: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The next target, a step from the last one at most and near the arm."""
        assert self._measured is not None, "measured comes first"
        lead = _LEAD_STEPS * self._max_step_rad
        near = wanted.clip(self._measured - lead, self._measured + lead)
        step = np.clip(near - target, -self._max_step_rad, self._max_step_rad)
        return np.asarray(target + step, dtype=np.float64)

    def _require_near(self, away: NDArray[np.float64]) -> None:
        farthest = int(np.argmax(abs(away)))
        if not self._is_near and abs(away[farthest]) > _NEAR_RAD:
            raise AfilError(
                f"{self._joints.joints[farthest]} of the leader is {away[farthest]:+.2f} rad away "
                f"from the robot's; bring it within {_NEAR_RAD:g} rad, then the robot follows"
            )
        self._is_near = True

    def _sent(self, stamp_ns: int) -> list[Sent]:
        sent = []
        if self._gripper is not None and self._width_m is not None:
            sent.append(Sent(self._gripper, self._gripper.encode(self._width_m, stamp_ns)))
        if self._target is not None:
            sent.append(Sent(self._joints, self._joints.encode(self._target, stamp_ns)))
        return sent

    def forget(self) -> None:
        """Have no target until positions are measured again."""
        self._target = None
        self._width_m = None
        self._is_near = False
