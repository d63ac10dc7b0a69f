"""Adapter ``pose``: target poses for an impedance controller (crisp_controllers)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions import Commands, TargetIntegrator
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.commands.pose import PoseCommand
from afil_core.contract import Contract
from afil_policy.deploy.adapters.base import Adapter, Goal, Gripper, Outgoing
from afil_policy.deploy.observations import Observations


class PoseAdapter(Adapter):
    """Integrates end-effector steps on the last commanded target; rests by holding the pose.

    The first target after a reset starts from the measured pose. The gripper keeps what it
    holds when the arm rests.

    Args:
        config: Options.
        contract: A contract with an action of kind ``ee_delta``.
        commands: A pose, and a gripper or none.

    Raises:
        AfilError: When the contract's action does not fit.
    """

    class Config(Adapter.Config):
        """Options.

        Attributes:
            lead_steps: How many largest steps the target may be ahead of the measured pose; a
                target that runs ahead of a blocked arm becomes a jump when it comes free.
        """

        lead_steps: float = Field(3.0, gt=0)

    def __init__(self, config: Config, contract: Contract, commands: Commands) -> None:
        super().__init__(config, contract, commands)
        action = self.required_action(EndEffectorDelta)
        self._pose = self.driven_command(PoseCommand)
        self._gripper = Gripper(commands)
        self._limits = action.limits
        self._integrator = TargetIntegrator(action.limits, lead_steps=config.lead_steps)
        self.streams = (action.pose_stream.name,)

    @property
    def clipped(self) -> int:
        """Targets that would have left the workspace or run ahead of the arm."""
        return self._integrator.clipped

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing | Goal]:
        """Gripper width, then the target pose with the tick's stamp.

        Raises:
            AfilError: When the arm is to start from outside of the workspace.
        """
        del now_ns
        measured = observations[self.streams[0]]
        if self._integrator.target is None:
            self._limits.require_inside(measured)
            low, high = self._limits.workspace_min_m, self._limits.workspace_max_m
            inside = np.concatenate([measured[:3].clip(low, high), measured[3:]])
            self._integrator.start_from(inside)
        target = self._integrator.step(action[:6], measured)
        return [*self._gripper.to(action[6:], stamp_ns), self._target(target, stamp_ns)]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """Hold the measured pose; without a fresh one nothing is safe to send."""
        self._integrator.forget()
        measured = observations.get(self.streams[0])
        return [] if measured is None else [self._target(measured, now_ns)]

    def hold(self, now_ns: int) -> list[Outgoing]:
        """The last target again."""
        self._integrator.stand()
        last = self._integrator.target
        return [] if last is None else [self._target(last, now_ns)]

    def unsent(self) -> None:
        """The gripper's goal is due again."""
        self._gripper.reset()

    def reset(self) -> None:
        """Start from the measured pose again."""
        self._integrator.forget()
        self._gripper.reset()

    def _target(self, pose: NDArray[np.float64], stamp_ns: int) -> Outgoing:
        return Outgoing(self._pose.topic, self._pose.encode(pose, stamp_ns))
