"""Adapter ``joint``: target positions of the joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions import Commands
from afil_core.actions.joint import JointTargets
from afil_core.commands.joint import JointCommand
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds.joints import JointPositions
from afil_policy.deploy.adapters.base import Adapter, Goal, Gripper, Outgoing
from afil_policy.deploy.observations import Observations

# A joint this far beyond its range, or this many leads from its target, was not put there by us.
_OUTSIDE_RAD = 0.05
_LOST_STEPS = 2.0


class JointAdapter(Adapter):
    """Goes from the last commanded target towards the action; rests by holding the joints.

    A joint moves by at most ``action.max_step_rad`` per control period. The first target after
    a reset starts from the measured positions.

    Args:
        config: Options.
        contract: A contract with an action of kind ``joint`` that observes the same joints.
        commands: Joint targets, and a gripper or none.

    Raises:
        AfilError: When the contract does not fit.
    """

    class Config(Adapter.Config):
        """Options.

        Attributes:
            lead_steps: How many largest steps a target may be ahead of the measured position.
        """

        lead_steps: float = Field(3.0, gt=0)

    def __init__(self, config: Config, contract: Contract, commands: Commands) -> None:
        super().__init__(config, contract, commands)
        action = self.required_action(JointTargets)
        self._joints = self.driven_command(JointCommand)
        names = action.joint_command.joints
        self.streams = (_measured(contract, names),)
        if self._joints.joints != names:
            raise AfilError(
                f"contract '{contract.robot}' decides on the joints {', '.join(names)} and "
                f"commands {', '.join(self._joints.joints)} (commands.{self._joints.name}"
                f".joints); give both the same joints in the same order"
            )
        self._gripper = Gripper(commands)
        self._step_rad = action.max_step_rad
        self._lead_rad = config.lead_steps * action.max_step_rad
        self._range = action.range_rad
        self._smoothness = action.smoothness()
        self._target: NDArray[np.float64] | None = None
        self._clipped = 0

    @property
    def clipped(self) -> int:
        """Targets that were further away than a step, or ahead of the arm."""
        return self._clipped

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing | Goal]:
        """Gripper width, then the joint targets with the tick's stamp."""
        del now_ns
        measured = observations[self.streams[0]]
        wanted, width = np.split(action, [measured.size])
        if self._target is None:
            self._require_inside(measured)
            self._target = measured.clip(*self._range)
        last = self._target
        away = float(np.abs(measured - last).max())
        if away > _LOST_STEPS * self._lead_rad:
            raise AfilError(
                f"a joint is {away:.3f} rad away from its target, which may be "
                f"{self._lead_rad:g} rad ahead; somebody holds or moved it: see after it"
            )
        near = wanted.clip(measured - self._lead_rad, measured + self._lead_rad)
        step = (near - last).clip(-self._step_rad, self._step_rad)
        target = (last + self._smoothness.limit(step)).clip(*self._range)
        self._smoothness.note(target - last)
        self._clipped += not np.array_equal(target, wanted)
        self._target = target
        return [*self._gripper.to(width, stamp_ns), self._positions(target, stamp_ns)]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """Hold the measured positions; without fresh ones nothing is safe to send."""
        self.reset()
        measured = observations.get(self.streams[0])
        return [] if measured is None else [self._positions(measured, now_ns)]

    def hold(self, now_ns: int) -> list[Outgoing]:
        """The last target again."""
        self._smoothness.reset()
        return [] if self._target is None else [self._positions(self._target, now_ns)]

    def unsent(self) -> None:
        """The gripper's goal is due again."""
        self._gripper.reset()

    def reset(self) -> None:
        """Start from the measured positions again."""
        self._target = None
        self._smoothness.reset()
        self._gripper.reset()

    def _require_inside(self, measured: NDArray[np.float64]) -> None:
        low, high = self._range
        beyond = np.maximum(low - measured, measured - high)
        worst = int(beyond.argmax())
        if beyond[worst] > _OUTSIDE_RAD:
            raise AfilError(
                f"joint {self._joints.joints[worst]} is {beyond[worst]:.3f} rad beyond its range "
                f"(action.minimum_rad, .maximum_rad); move it back by hand"
            )

    def _positions(self, joints: NDArray[np.float64], stamp_ns: int) -> Outgoing:
        return Outgoing(self._joints.topic, self._joints.encode(joints, stamp_ns))


def _measured(contract: Contract, joints: tuple[str, ...]) -> str:
    for stream in contract.observations:
        if not isinstance(stream, JointPositions) or stream.field != "position":
            continue
        if stream.joints == joints:
            return stream.name
    raise AfilError(
        f"contract '{contract.robot}' has no observation of kind joint_positions with the joints "
        f"{', '.join(joints)}, which joint commands start from; add it"
    )
