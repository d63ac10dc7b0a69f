"""Steps integrated into a target pose within limits: devices, simulation and deployment alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from afil_core.actions.pose import apply_delta, clip_delta, delta_between
from afil_core.actions.smoothness import Smoothness
from afil_core.errors import AfilError
from afil_core.schema import Schema

Point = tuple[float, float, float]
# An arm this far outside of the workspace was not put there by us: somebody must look.
_OUTSIDE_M = 0.02
# An arm this many times further from its target than it may be did not get there by itself.
_LOST_STEPS = 2.0


class Box(Schema):
    """A box along the axes of the base frame.

    Attributes:
        minimum_m: Lower corner.
        maximum_m: Upper corner.
    """

    minimum_m: Point
    maximum_m: Point

    @model_validator(mode="after")
    def _check(self) -> Box:
        if any(a >= b for a, b in zip(self.minimum_m, self.maximum_m, strict=True)):
            raise ValueError("has minimum_m not below maximum_m in every axis")
        return self

    def is_hit(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> bool:
        """Whether the straight way from one point [3] to another leads through its inside."""
        enter, leave = 0.0, 1.0
        for axis in range(3):
            low, high = self.minimum_m[axis], self.maximum_m[axis]
            at, way = float(start[axis]), float(end[axis] - start[axis])
            if way == 0:
                if not low < at < high:
                    return False
                continue
            near, far = sorted(((low - at) / way, (high - at) / way))
            enter, leave = max(enter, near), min(leave, far)
        return enter < leave


class PoseLimits(Schema):
    """Limits of an arm's target, in the base frame.

    Attributes:
        workspace_min_m: Lower corner of the box that the end effector may be sent to.
        workspace_max_m: Upper corner of that box.
        max_translation_m: Largest step of the target per control period.
        max_rotation_rad: Largest turn of the target per control period.
        forbidden: Boxes that the end effector may not be sent into, nor through.
        max_translation_change_m: How much longer a step may be than the one before it, per axis
            (acceleration); None for no limit. Slowing down is never limited.
        max_rotation_change_rad: The same of a turn.
        max_translation_jerk_m: How much that increase may grow from step to step, per axis.
        max_rotation_jerk_rad: The same of a turn.
    """

    workspace_min_m: Point
    workspace_max_m: Point
    max_translation_m: float = Field(gt=0)
    max_rotation_rad: float = Field(gt=0)
    forbidden: tuple[Box, ...] = ()
    max_translation_change_m: float | None = Field(None, gt=0)
    max_rotation_change_rad: float | None = Field(None, gt=0)
    max_translation_jerk_m: float | None = Field(None, gt=0)
    max_rotation_jerk_rad: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> PoseLimits:
        if any(a >= b for a, b in zip(self.workspace_min_m, self.workspace_max_m, strict=True)):
            raise ValueError("has workspace_min_m not below workspace_max_m in every axis")
        return self

    def clip(self, delta: NDArray[np.float64]) -> NDArray[np.float64]:
        """A delta [6] shortened to one step, keeping its direction."""
        return clip_delta(delta, self.max_translation_m, self.max_rotation_rad)

    def smoothness(self) -> Smoothness:
        """What a target's steps are smoothed by."""

        def both(move: float | None, turn: float | None) -> NDArray[np.float64]:
            limits = (np.inf if limit is None else limit for limit in (move, turn))
            return np.repeat(np.array(list(limits)), 3)

        return Smoothness(
            both(self.max_translation_change_m, self.max_rotation_change_rad),
            both(self.max_translation_jerk_m, self.max_rotation_jerk_rad),
        )

    def is_forbidden(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> bool:
        """Whether the way between two points [3] leads through a forbidden box."""
        return any(box.is_hit(start, end) for box in self.forbidden)

    def require_inside(self, measured: NDArray[np.float64]) -> None:
        """Check that the arm may start to move.

        Args:
            measured: Measured end-effector pose [7].

        Raises:
            AfilError: When it is outside of the workspace, or in a forbidden box.
        """
        low, high = np.array(self.workspace_min_m), np.array(self.workspace_max_m)
        outside = np.maximum(low - measured[:3], measured[:3] - high).max()
        if outside > _OUTSIDE_M:
            place = ", ".join(f"{v:.3f}" for v in measured[:3])
            raise AfilError(
                f"the end effector at ({place}) m is {outside:.3f} m outside of the workspace "
                f"{low.tolist()} to {high.tolist()} m; move it back by hand"
            )
        if self.is_forbidden(measured[:3], measured[:3]):
            place = ", ".join(f"{v:.3f}" for v in measured[:3])
            raise AfilError(
                f"the end effector at ({place}) m is in a forbidden box (action.limits.forbidden)"
                f"; move it out by hand"
            )


class TargetIntegrator:
    """Integrates steps on the last commanded target, not on the measured pose.

    A compliant arm sags below its target: adding steps to the sagged pose would let it drift
    and eat part of each step.

    Args:
        limits: Limits of the target.
        lead_steps: How many largest steps the target may be ahead of the measured pose; a
            target that runs ahead of a blocked arm becomes a jump when the arm comes free.
            None for no such bound.
        by_person: Whether a person moves it, who sees the arm: a target that starts outside of
            the workspace may stay where it is and come back in, instead of being clipped at
            once, and one that the arm was led away from comes back to it step by step, instead
            of being refused.
    """

    def __init__(
        self,
        limits: PoseLimits,
        *,
        lead_steps: float | None = None,
        by_person: bool = False,
    ) -> None:
        self.limits = limits
        self._lead_steps = lead_steps
        self._by_person = by_person
        self._smoothness = limits.smoothness()
        self._target: NDArray[np.float64] | None = None
        self.clipped = 0

    @property
    def target(self) -> NDArray[np.float64] | None:
        """The target pose [7]; None before :meth:`start_from`."""
        return self._target

    def start_from(self, measured: NDArray[np.float64]) -> None:
        """Take a measured end-effector pose [7] in the base frame as the target."""
        self._target = np.array(measured, dtype=np.float64)

    def stand(self) -> None:
        """A control period goes by without a step; the next one starts from standstill."""
        self._smoothness.reset()

    def forget(self) -> None:
        """Have no target until :meth:`start_from` is called again; the arm stands still."""
        self._target = None
        self._smoothness.reset()

    def step(
        self, delta: NDArray[np.float64], measured: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Move the target by one control period.

        Args:
            delta: float64 [6] in the base frame (m, rad).
            measured: Measured pose [7], for the bound on the lead.

        Returns:
            The new target pose [7].

        Raises:
            AfilError: When the delta is not six finite numbers, or the arm is much further from
                its target than the target may be ahead: somebody holds it, or moved it.
        """
        assert self._target is not None, "start_from comes first"
        if delta.shape != (6,) or not np.isfinite(delta).all():
            raise AfilError(f"a step of the end effector is 6 finite numbers, not {delta}")
        before = self._target
        wanted = apply_delta(before, delta)
        target = apply_delta(before, self.limits.clip(delta))
        target[:3] = np.clip(target[:3], *self._box(before))
        if self._lead_steps is not None and measured is not None:
            target = self._near(target, measured, self._lead_steps)
        # A target that was led back to the arm may be further than a step from the last one.
        moved = self.limits.clip(delta_between(before, target))
        target = apply_delta(before, self._smoothness.limit(moved))
        target[:3] = np.clip(target[:3], *self._box(before))
        if self.limits.is_forbidden(before[:3], target[:3]):
            target = before
        self._smoothness.note(delta_between(before, target))
        moved = delta_between(wanted, target)
        self.clipped += bool(np.abs(moved).max() > 1e-9)
        self._target = target
        return target

    def _box(self, before: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        low, high = np.array(self.limits.workspace_min_m), np.array(self.limits.workspace_max_m)
        if self._by_person:
            return np.minimum(low, before[:3]), np.maximum(high, before[:3])
        return low, high

    def _near(
        self, target: NDArray[np.float64], measured: NDArray[np.float64], steps: float
    ) -> NDArray[np.float64]:
        lead = delta_between(measured, target)
        away_m, most_m = float(np.linalg.norm(lead[:3])), steps * self.limits.max_translation_m
        if away_m > _LOST_STEPS * most_m and not self._by_person:
            raise AfilError(
                f"the end effector is {away_m:.3f} m away from its target, which may be "
                f"{most_m:g} m ahead; somebody holds or moved it: see after it"
            )
        near = clip_delta(
            lead, steps * self.limits.max_translation_m, steps * self.limits.max_rotation_rad
        )
        return target if np.array_equal(lead, near) else apply_delta(measured, near)
