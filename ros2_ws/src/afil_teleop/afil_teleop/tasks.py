"""Task names and the instructions that they stand for."""

from __future__ import annotations

from pathlib import Path

from afil_core.errors import AfilError
from afil_core.strict_yaml import parse_mapping


def task_instruction(tasks_file: Path, task: str) -> str:
    """The instruction of a task.

    Args:
        tasks_file: YAML file that maps task names to ``instruction``.
        task: Name of the task.

    Raises:
        AfilError: When the file has no such task or breaks its form.
    """
    top = parse_mapping(tasks_file.read_text(encoding="utf-8"), str(tasks_file))
    instructions = {}
    for name in top.keys():  # noqa: SIM118
        entry = top.section(name)
        instructions[name] = entry.text("instruction")
        entry.finish()
    if task not in instructions:
        raise AfilError(
            f"unknown task '{task}'; use one of {', '.join(instructions)} "
            f'(or give the task in words, instruction:="...")'
        )
    return instructions[task]
