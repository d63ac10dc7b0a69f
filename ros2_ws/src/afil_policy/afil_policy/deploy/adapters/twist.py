"""Adapter ``twist``: velocities of the end effector (MoveIt Servo)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import Commands, TargetIntegrator, delta_between
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.commands.twist import TwistCommand
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters.base import Adapter, Goal, Gripper, Outgoing
from afil_policy.deploy.observations import Observations


class TwistAdapter(Adapter):
    """The step divided by the control period; rests with zero velocity.

    Stamps are of the node's clock: Servo drops what is older than its time-out.

    Args:
        config: No options.
        contract: A contract with an action of kind ``ee_delta``.
        commands: A twist, and a gripper or none.

    Raises:
        AfilError: When the contract's action does not fit.
    """

    def __init__(self, config: Adapter.Config, contract: Contract, commands: Commands) -> None:
        super().__init__(config, contract, commands)
        action = self.required_action(EndEffectorDelta)
        self._twist = self.driven_command(TwistCommand)
        if self._twist.frame != action.frame:
            raise AfilError(
                f"contract '{contract.robot}' has steps in frame '{action.frame}' (action.frame) "
                f"and velocities in '{self._twist.frame}' (commands.{self._twist.name}.frame); "
                f"give both the same frame"
            )
        self._gripper = Gripper(commands)
        self._limits = action.limits
        self._integrator = TargetIntegrator(action.limits)
        self._period_s = contract.period_ns / 1e9
        self._is_new = True
        self.streams = (action.pose_stream.name,)

    @property
    def clipped(self) -> int:
        """Velocities that would have left the workspace."""
        return self._integrator.clipped

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing | Goal]:
        """Gripper width, then the velocity that makes the step in one period.

        A velocity has no target that could run ahead: each step is from the measured pose, and
        at the border of the workspace it ends there.

        Raises:
            AfilError: When the arm is to start from outside of the workspace.
        """
        measured = observations[self.streams[0]]
        if self._is_new:
            self._limits.require_inside(measured)
            self._is_new = False
        # The arm may have strayed into a box, or to where each way leads through one.
        if self._limits.is_forbidden(measured[:3], measured[:3]):
            self._limits.require_inside(measured)
        self._integrator.start_from(measured)
        target = self._integrator.step(action[:6])
        # An arm that strayed out of the workspace is led back no faster than any other way.
        step = self._limits.clip(delta_between(measured, target))
        return [
            *self._gripper.to(action[6:], stamp_ns),
            self._velocity(step / self._period_s, now_ns),
        ]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """Zero velocity, whatever was observed."""
        del observations
        self.reset()
        return [self._velocity(np.zeros(6), now_ns)]

    def hold(self, now_ns: int) -> list[Outgoing]:
        """Zero velocity: the last one would go on."""
        self._integrator.stand()
        return [self._velocity(np.zeros(6), now_ns)]

    def unsent(self) -> None:
        """The gripper's goal is due again."""
        self._gripper.reset()

    def reset(self) -> None:
        """Check again that the arm starts inside of the workspace."""
        self._is_new = True
        self._integrator.forget()
        self._gripper.reset()

    def _velocity(self, twist: NDArray[np.float64], stamp_ns: int) -> Outgoing:
        return Outgoing(self._twist.topic, self._twist.encode(twist, stamp_ns))
