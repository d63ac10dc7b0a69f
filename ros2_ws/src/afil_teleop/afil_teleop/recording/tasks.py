"""Task names and the instructions that they stand for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from afil_core import schema
from afil_core.errors import AfilError
from afil_core.schema import Schema


class Task(Schema):
    """A task.

    Attributes:
        instruction: What it is, in words.
    """

    instruction: str = Field(min_length=1)


class Tasks(Schema):
    """What ``tasks.yaml`` holds.

    Attributes:
        tasks: Tasks by name.
    """

    tasks: dict[str, Task]


def task_instruction(tasks_file: Path, task: str) -> str:
    """The instruction of a task.

    Args:
        tasks_file: YAML file of the tasks.
        task: Name of the task.

    Raises:
        AfilError: When the file has no such task or breaks its form.
    """
    known = schema.load(Tasks, tasks_file, what="the list of tasks").tasks
    if task not in known:
        raise AfilError(
            f"unknown task '{task}'; {schema.nearest(task, known)}use one of {', '.join(known)} "
            f'(or give the task in words, instruction:="...")'
        )
    return known[task].instruction
