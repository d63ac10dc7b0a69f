"""Steps of an end effector and the opening of its gripper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions.base import Action, ActionConfig, Dimension
from afil_core.actions.pose import delta_between
from afil_core.actions.series import CommandSeries
from afil_core.actions.target import PoseLimits
from afil_core.actions.words import direction, grip, joined
from afil_core.commands.gripper import GripperCommand
from afil_core.commands.pose import PoseCommand
from afil_core.errors import AfilError
from afil_core.kinds.gripper_width import GripperWidth
from afil_core.kinds.pose import Pose

# A demonstrated step may exceed the limit by this much: clipping it is no lie.
_SLACK = 0.02
# Slower than this share of the largest step is standing still.
_STILL = 0.05


class EndEffectorDelta(Action):
    """Translation (m) and rotation vector (rad) per control step, and gripper width (m): [7]."""

    class Config(ActionConfig):
        """Options.

        Attributes:
            limits: Workspace, and the largest step per control period.
            gripper_mode: ``binary`` for a gripper that opens or closes and whose commands
                block, so that widths between are not streamed.
            pose: Observation that is the end effector's pose; the first of kind pose by default.
            gripper: Observation that is the gripper's width; the first of its kind by default.
        """

        limits: PoseLimits
        gripper_mode: Literal["continuous", "binary"] = "continuous"
        pose: str = Field("")
        gripper: str = Field("")

    def set_up(self) -> None:
        """The pose and the gripper, as commanded and as measured."""
        config = self.config
        assert isinstance(config, self.Config)
        self.limits = config.limits
        self.gripper_mode = config.gripper_mode
        self.pose_command = self.command(PoseCommand)
        gripper = self.command(GripperCommand)
        assert isinstance(gripper, GripperCommand)
        self.gripper_command = gripper
        self.pose_stream = self.stream(Pose, config.pose, "pose")
        self.gripper_stream = self.stream(GripperWidth, config.gripper, "gripper")
        self.needs = (self.pose_stream.name, self.gripper_stream.name)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Three translations, three rotations, the gripper."""
        step, turn = self.limits.max_translation_m, self.limits.max_rotation_rad
        low, high = self.gripper_command.minimum_m, self.gripper_command.maximum_m
        return (
            *(Dimension(name, "m", -step, step) for name in ("dx", "dy", "dz")),
            *(Dimension(name, "rad", -turn, turn) for name in ("rx", "ry", "rz")),
            Dimension("gripper", "m", low, high, self.gripper_mode),
        )

    def label(
        self,
        series: Mapping[str, CommandSeries],
        tick_ns: int,
        next_tick_ns: int,
        observations: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64] | None:
        """How far the target went until the next tick, whatever the rate of the commands."""
        targets = series[self.pose_command.name]
        end = targets.before(next_tick_ns)
        if end is None:
            return None
        start = targets.before(tick_ns)
        if start is None:
            start = observations[self.pose_stream.name]
        grip = series[self.gripper_command.name].before(next_tick_ns)
        if grip is None:
            grip = observations[self.gripper_stream.name]
        delta = delta_between(start, end)
        self._require_possible(delta)
        return np.concatenate([delta, grip[:1]])

    def doing(self, recent: NDArray[np.float64]) -> str:
        """Where the end effector goes, and what the gripper does."""
        motion = recent[:, :3].mean(axis=0)
        turn = float(np.linalg.norm(recent[:, 3:6].mean(axis=0)))
        moves = np.linalg.norm(motion) > _STILL * self.limits.max_translation_m
        turns = turn > _STILL * self.limits.max_rotation_rad
        gripper = self.gripper_command
        return joined(
            [
                f"moving {direction(motion)}" if moves else "",
                "turning the hand" if turns else "",
                "" if moves or turns else "holding still",
                grip(recent[:, 6], gripper.minimum_m, gripper.maximum_m),
            ]
        )

    def require_demonstrable(
        self, name: str, value: NDArray[Any], before: NDArray[Any] | None
    ) -> None:
        """A pose must be in the workspace, and no farther from the last than one step."""
        if name != self.pose_command.name:
            return
        try:
            self.limits.require_inside(value)
        except AfilError as error:
            raise AfilError(
                f"topic {self.pose_command.topic}: {error}, or widen action.limits"
            ) from error
        if before is not None:
            self._require_possible(delta_between(before, value))

    def clip(self, action: NDArray[np.float64]) -> NDArray[np.float64]:
        """Each number in its range, and the step no longer than the limits, in its direction."""
        ranged = super().clip(action)
        return np.concatenate([self.limits.clip(ranged[:6]), ranged[6:]])

    def _require_possible(self, delta: NDArray[np.float64]) -> None:
        for part, unit, most, key in (
            (delta[:3], "m", self.limits.max_translation_m, "max_translation_m"),
            (delta[3:], "rad", self.limits.max_rotation_rad, "max_rotation_rad"),
        ):
            length = float(np.linalg.norm(part))
            if length > most * (1 + _SLACK):
                raise AfilError(
                    f"topic {self.pose_command.topic}: a demonstrated step is {length:.3f} "
                    f"{unit} long, more than action.limits.{key} ({most:g} {unit}); demonstrate "
                    f"more slowly, or correct the limit"
                )
