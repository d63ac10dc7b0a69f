"""Steps of an end effector, integrated into an absolute target pose."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import TargetIntegrator
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.kinds import Observation
from afil_core.schema import Schema
from afil_teleop.driving.base import Drive, Sent

# How many largest steps the target may be ahead of the measured pose.
_LEAD_STEPS = 3.0


class PoseDrive(Drive):
    """Publishes the demonstrated commands of ``ee_delta``: target pose and gripper width.

    The target starts at the measured pose, and rests where it is. It is no further away from the
    arm than a policy's may be, at rest neither: an arm that is held would jump when it comes free,
    and one that others moved would be pulled back all the way. The gripper is commanded from the
    first step on; until then it stays as it is.
    """

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(self.action, EndEffectorDelta)
        self._ee = self.action
        self._integrator = TargetIntegrator(
            self._ee.limits, lead_steps=_LEAD_STEPS, by_person=True
        )
        self._measured: NDArray[np.float64] | None = None
        self._width_m: NDArray[np.float64] | None = None

    @property
    def commands(self) -> tuple[Command, ...]:
        """Gripper and pose."""
        return (self._ee.gripper_command, self._ee.pose_command)

    @property
    def streams(self) -> tuple[Observation, ...]:
        """The measured pose."""
        return (self._ee.pose_stream,)

    @property
    def is_ready(self) -> bool:
        """Whether there is a target."""
        return self._integrator.target is not None

    def measured(self, stream: str, value: NDArray[Any]) -> None:
        """Start from the first measured pose, and stay near the newest."""
        del stream
        self._measured = np.array(value, dtype=np.float64)
        if self._integrator.target is None:
            self._integrator.start_from(value)

    def move(self, action: NDArray[np.float64], stamp_ns: int) -> list[Sent]:
        """The gripper first: whoever waits for the pose has the whole command then."""
        clipped = self.action.clip(action)
        self._integrator.step(clipped[:6], self._measured)
        self._width_m = clipped[6:]
        return self._sent(stamp_ns)

    def rest(self, stamp_ns: int) -> list[Sent]:
        """The last target again, where the arm is still near it, and the last width."""
        if self.is_ready:
            self._integrator.step(np.zeros(6), self._measured)
        return self._sent(stamp_ns)

    def _sent(self, stamp_ns: int) -> list[Sent]:
        sent = []
        if self._width_m is not None:
            gripper = self._ee.gripper_command
            sent.append(Sent(gripper, gripper.encode(self._width_m, stamp_ns)))
        target = self._integrator.target
        if target is not None:
            pose = self._ee.pose_command
            sent.append(Sent(pose, pose.encode(target, stamp_ns)))
        return sent

    def forget(self) -> None:
        """Have no target until a pose is measured again; the gripper stays as it is."""
        self._integrator.forget()
        self._width_m = None
