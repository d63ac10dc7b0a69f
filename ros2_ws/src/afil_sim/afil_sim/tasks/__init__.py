"""Tasks: what is to be done in a world. One file each, chosen by name.

A task's file ends in its class, whose nested ``Config`` says of which robot it is, in which
world it is set, its instruction, its expert, its longest episode and the cues it knows.
"""

from __future__ import annotations

from typing import Any, Final

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.registry import Registry
from afil_sim.tasks.base import Observations, Task, TaskConfig

TASKS: Registry[Task] = Registry(
    "tasks",
    "task",
    {
        "lift_carrot": "afil_sim.tasks.lift_carrot:LiftCarrot",
        "drive": "afil_sim.tasks.drive:Drive",
        "drive_unseen": "afil_sim.tasks.drive:DriveUnseen",
        "gym": "afil_sim.tasks.gym:Gym",
    },
)
# What a robot does where nobody says; the first of its tasks by name where it is not listed.
_USUAL: Final = {"franka": "lift_carrot", "carla": "drive"}

__all__ = ["TASKS", "Observations", "Task", "TaskConfig", "find_task", "make_task", "robots"]


def robots() -> dict[str, list[str]]:
    """The robots that can be simulated, each with the names of its tasks."""
    found: dict[str, list[str]] = {}
    for name in TASKS.names():
        found.setdefault(TASKS.get(name).Config.model_fields["robot"].default, []).append(name)
    return found


def find_task(robot: str, name: str = "") -> str:
    """The name of a robot's task.

    Args:
        robot: Name of the robot's contract.
        name: Name of the task; empty for the robot's usual one.

    Raises:
        AfilError: When the robot has no task, or not this one.
    """
    known = robots()
    if robot not in known:
        raise AfilError(
            f"robot:={robot} has no simulated world; sim:=true works for {', '.join(known)}. Run "
            f"the robot, or a simulator of its own, and leave sim:=false"
        )
    if not name:
        return _USUAL.get(robot, known[robot][0])
    if name not in known[robot]:
        TASKS.get(name)  # says so where there is no such task at all
        raise AfilError(
            f"task '{name}' is not one of robot '{robot}', which has {', '.join(known[robot])}"
        )
    return name


def make_task(contract: Contract | str, name: str = "", **options: Any) -> Task:
    """Build a task with its world.

    Args:
        contract: The robot's contract, or its name or file.
        name: Name of the task; empty for the robot's usual one.
        options: Of the task's ``Config``, e.g. ``cue`` or ``max_steps``.

    Raises:
        AfilError: When there is no such task, it is not one of this robot, or an option does
            not fit.
    """
    contract = load_contract(contract) if isinstance(contract, str) else contract
    chosen = TASKS.select(find_task(contract.robot, name), **options)
    return chosen.build(chosen.name, contract)
