"""Target positions of joints, and the opening of a gripper where one is demonstrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions.base import Action, ActionConfig, Dimension
from afil_core.actions.series import CommandSeries
from afil_core.actions.smoothness import Smoothness
from afil_core.actions.words import grip, joined
from afil_core.commands.gripper import GripperCommand
from afil_core.commands.joint import JointCommand
from afil_core.errors import AfilError

# A demonstrated target may be this far beyond its range: the arm itself may have been there.
_SLACK_RAD = 0.05
# Two commands of one control period are two steps at most; what is further is a jump.
_JUMP_STEPS = 3.0
# A joint that goes less far than this share of its largest step stands still.
_STILL = 0.05


class JointTargets(Action):
    """Target joint positions (rad), and gripper width (m) if demonstrated: [J] or [J + 1]."""

    class Config(ActionConfig):
        """Options.

        Attributes:
            minimum_rad: Least position of each joint.
            maximum_rad: Greatest position of each joint.
            max_step_rad: Largest step of a joint per control period.
            max_change_rad: How much longer a step may be than the one before it (acceleration);
                None for no limit. Slowing down is never limited.
            max_jerk_rad: How much that increase may grow from step to step.
            gripper_mode: As for ``ee_delta``.
        """

        minimum_rad: tuple[float, ...]
        maximum_rad: tuple[float, ...]
        max_step_rad: float = Field(gt=0)
        max_change_rad: float | None = Field(None, gt=0)
        max_jerk_rad: float | None = Field(None, gt=0)
        gripper_mode: Literal["continuous", "binary"] = "continuous"

    def set_up(self) -> None:
        """One range for each joint; the gripper where one is demonstrated."""
        config = self.config
        assert isinstance(config, self.Config)
        joints = self.command(JointCommand)
        assert isinstance(joints, JointCommand)
        self.joint_command = joints
        self.gripper_command = next(
            (c for c in self.demonstrated if isinstance(c, GripperCommand)), None
        )
        self.max_step_rad = config.max_step_rad
        self._low, self._high = config.minimum_rad, config.maximum_rad
        self._gripper_mode = config.gripper_mode
        if not len(self._low) == len(self._high) == joints.size:
            raise AfilError(
                f"action.minimum_rad and .maximum_rad must have one number for each of the "
                f"{joints.size} joints of commands.{joints.name}"
            )

    @property
    def range_rad(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Least and greatest position of each joint, float64 [J]."""
        return np.array(self._low), np.array(self._high)

    def smoothness(self) -> Smoothness:
        """What the joints' steps are smoothed by."""
        config = self.config
        assert isinstance(config, self.Config)
        size = len(self._low)
        limits = (config.max_change_rad, config.max_jerk_rad)
        change, jerk = (np.full(size, np.inf if m is None else m) for m in limits)
        return Smoothness(change, jerk)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The joints, then the gripper."""
        names = self.joint_command.joints
        found = [
            Dimension(name, "rad", low, high)
            for name, low, high in zip(names, self._low, self._high, strict=True)
        ]
        grip = self.gripper_command
        if grip is not None:
            found.append(
                Dimension("gripper", "m", grip.minimum_m, grip.maximum_m, self._gripper_mode)
            )
        return tuple(found)

    def label(
        self,
        series: Mapping[str, CommandSeries],
        tick_ns: int,
        next_tick_ns: int,
        observations: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64] | None:
        """The last target before the next tick."""
        del tick_ns, observations
        parts = [series[self.joint_command.name].before(next_tick_ns)]
        if self.gripper_command is not None:
            parts.append(series[self.gripper_command.name].before(next_tick_ns))
        known = [p for p in parts if p is not None]
        return np.concatenate(known) if len(known) == len(parts) else None

    def require_demonstrable(
        self, name: str, value: NDArray[Any], before: NDArray[Any] | None
    ) -> None:
        """A target must be in the range of its joint, and no jump from the last."""
        if name != self.joint_command.name:
            return
        low, high = self.range_rad
        beyond = np.maximum(low - value, value - high)
        worst = int(beyond.argmax())
        names, topic = self.joint_command.joints, self.joint_command.topic
        if beyond[worst] > _SLACK_RAD:
            raise AfilError(
                f"topic {topic}: {names[worst]} is commanded to {value[worst]:.2f} rad, outside "
                f"of {low[worst]:g} to {high[worst]:g} rad; demonstrate within its range, or "
                f"correct action.minimum_rad and .maximum_rad"
            )
        if before is None:
            return
        steps = np.abs(value - before)
        worst = int(steps.argmax())
        if steps[worst] > _JUMP_STEPS * self.max_step_rad:
            raise AfilError(
                f"topic {topic}: the target of {names[worst]} jumps by {steps[worst]:.2f} rad in "
                f"a control period, and action.max_step_rad is {self.max_step_rad:g}; demonstrate "
                f"more slowly, or correct it"
            )

    def doing(self, recent: NDArray[np.float64]) -> str:
        """Whether the arm moves, and what the gripper does."""
        joints = recent[:, : len(self._low)]
        steps = np.abs(np.diff(joints, axis=0))
        moves = bool(steps.size) and float(steps.max()) > _STILL * self.max_step_rad
        parts = ["moving the arm" if moves else "holding still"]
        if self.gripper_command is not None:
            command = self.gripper_command
            parts.append(grip(recent[:, -1], command.minimum_m, command.maximum_m))
        return joined(parts)
