"""Registration of the tasks with Gymnasium.

The function is this distribution's entry point in the group ``gymnasium.envs``. Gymnasium
itself stopped loading that group with 1.0; whoever wants the tasks without naming this package
calls the group's entry points, and ``import afil_sim`` registers them too.
"""

from __future__ import annotations

import gymnasium

from afil_sim.tasks import TASKS


def environment_id(task: str) -> str:
    """Gymnasium's name of a task: ``afil_sim/LiftCarrot-v0`` of ``lift_carrot``."""
    return f"afil_sim/{task.title().replace('_', '')}-v0"


def register_environments() -> None:
    """Register every task; a second call changes nothing."""
    for task in TASKS.names():
        if environment_id(task) not in gymnasium.registry:
            gymnasium.register(
                environment_id(task),
                entry_point="afil_sim.running.environment:TaskEnv",
                kwargs={"task": task},
                # Images make the checker's copies expensive; a test runs the checker instead.
                disable_env_checker=True,
            )
