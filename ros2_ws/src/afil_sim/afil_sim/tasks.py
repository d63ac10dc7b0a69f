"""The tasks of each simulated robot, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy.typing as npt

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.world_protocol import require_simulated
from afil_sim.franka.kinematics import Vector


class Task(Protocol):
    """A simulated task that is commanded by absolute targets of an end effector."""

    @property
    def success(self) -> bool:
        """Whether the task is solved."""

    @property
    def done(self) -> bool:
        """Whether the episode is over."""

    @property
    def steps(self) -> int:
        """Control steps taken in this episode."""

    @property
    def target_object_pose(self) -> Vector:
        """Pose [7] of the object the task is about (m, quaternion x, y, z, w)."""

    def reset(self, seed: int) -> dict[str, npt.NDArray[Any]]:
        """Draw the scene of ``seed``; the observation by the contract's stream names."""

    def step(self, target_pose: Vector, gripper_width: float) -> dict[str, npt.NDArray[Any]]:
        """Simulate one control step towards a pose [7] and width (m); the observation."""

    def close(self) -> None:
        """Free the renderer."""


def _lift_carrot(cue: str, max_steps: int) -> Task:
    # Imported late: rendering must not be needed to say that a task is unknown.
    from afil_sim.lift_carrot import LiftCarrot, LiftCarrotConfig

    return LiftCarrot(LiftCarrotConfig(cue=cue, max_steps=max_steps))


_TASKS: dict[str, dict[str, Callable[[str, int], Task]]] = {
    "franka": {"lift_carrot": _lift_carrot},
}


def make_task(robot: str, task: str, cue: str, max_steps: int) -> Task:
    """Build a task.

    Args:
        robot: Name of the robot's contract.
        task: Name of the task.
        cue: One of :data:`afil_sim.cue.CUES`.
        max_steps: Control steps after which an episode ends without success; positive.

    Raises:
        AfilError: When a name is unknown or there is no simulated world for the robot.
    """
    contract = load_contract(robot)
    require_simulated(contract.robot)
    tasks = _TASKS[contract.robot]
    if task not in tasks:
        raise AfilError(
            f"unknown task '{task}' for robot '{contract.robot}'; it has {', '.join(tasks)}"
        )
    if max_steps < 1:
        raise AfilError(f"parameter max_steps must be at least 1, not {max_steps}")
    return tasks[task](cue, max_steps)
