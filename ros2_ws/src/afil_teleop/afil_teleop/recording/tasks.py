"""Tasks by name, the instructions that they stand for, and those of one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from afil_core import schema
from afil_core.errors import AfilError
from afil_core.schema import Schema

# Between the instructions of a session's tasks, and between their names.
_BETWEEN_WORDS, _BETWEEN_NAMES = "|", ","


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


def task_instructions(tasks_file: Path, names: str) -> str:
    """The instructions of one task, or of several.

    Args:
        tasks_file: YAML file of the tasks.
        names: Name of the task; names with commas between them.

    Returns:
        The instruction; several with ``|`` between them.

    Raises:
        AfilError: When the file has no such task or breaks its form.
    """
    known = schema.load(Tasks, tasks_file, what="the list of tasks").tasks
    found = []
    for task in _parts(names, _BETWEEN_NAMES):
        if task not in known:
            raise AfilError(
                f"unknown task '{task}'; {schema.nearest(task, known)}use one of "
                f'{", ".join(known)} (or give the task in words, instruction:="...")'
            )
        found.append(known[task].instruction)
    return f" {_BETWEEN_WORDS} ".join(found)


def instructions_of(words: str) -> tuple[str, ...]:
    """The instructions in a text with ``|`` between them."""
    return tuple(_parts(words, _BETWEEN_WORDS))


@dataclass(frozen=True)
class Prompt:
    """What an episode is of.

    Attributes:
        instruction: The task in words.
        name: Its name; may be empty.
    """

    instruction: str
    name: str = ""


class TaskList:
    """The tasks of a session, one of which the next episode is of.

    Args:
        words: Instructions with ``|`` between them; empty where a simulated world tells them.
        names: Their names with commas between them; may be fewer.
    """

    def __init__(self, words: str, names: str = "") -> None:
        named = [*_parts(names, _BETWEEN_NAMES)]
        self._prompts = [
            Prompt(text, named[i] if i < len(named) else "")
            for i, text in enumerate(instructions_of(words))
        ]
        self._chosen = 0

    @property
    def instructions(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(prompt.instruction for prompt in self._prompts)

    @property
    def current(self) -> Prompt:
        """That of the next episode; empty where a simulated world tells it."""
        return self._prompts[self._chosen] if self._prompts else Prompt("")

    def next(self) -> Prompt:
        """Go on to the next, and after the last to the first.

        Raises:
            AfilError: When there is no other.
        """
        if len(self._prompts) < 2:
            raise AfilError(
                'the session has one task; give several, instruction:="lift it | put it back"'
            )
        self._chosen = (self._chosen + 1) % len(self._prompts)
        return self.current

    def choose(self, text: str) -> Prompt:
        """The task of a name or in these words; new words are added.

        Args:
            text: Name or instruction.
        """
        for index, prompt in enumerate(self._prompts):
            if text in (prompt.name, prompt.instruction):
                self._chosen = index
                return prompt
        self._prompts.append(Prompt(text))
        self._chosen = len(self._prompts) - 1
        return self.current


def _parts(text: str, between: str) -> Sequence[str]:
    return [part.strip() for part in text.split(between) if part.strip()]
