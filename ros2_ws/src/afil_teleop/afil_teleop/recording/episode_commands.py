"""What a person, a button or an action can ask of a recorder, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from afil_core.errors import AfilError
from afil_teleop.recording.session import Answer, Session
from afil_teleop.recording.tasks import Prompt, TaskList


class Labeled(Protocol):
    """What the next episode's words are written on."""

    instruction: str
    notes: dict[str, str]


class EpisodeCommands:
    """A session's commands, of the tasks that its episodes are of.

    Args:
        session: Carries them out.
        episode: Takes the words of the next episode.
        tasks: What there is to demonstrate.
        by_itself: Whether the recorder starts and saves by itself, and nobody else may.
    """

    def __init__(
        self, session: Session, episode: Labeled, tasks: TaskList, *, by_itself: bool = False
    ) -> None:
        self._by_itself = by_itself
        self._session = session
        self._episode = episode
        self._tasks = tasks
        self._save_at_s: float | None = None
        self._choose(tasks.current)

    @property
    def by_name(self) -> dict[str, Callable[[], Answer]]:
        """The commands by the names of their services."""
        session = self._session
        found: dict[str, Callable[[], Answer]] = {
            "start": session.start,
            "pause": session.pause,
            "save": partial(session.save, success=True),
            "save_failure": partial(session.save, success=False),
            "discard": session.discard,
            "advance": session.advance,
            "rerecord": session.rerecord,
            "delete": session.delete,
            "restore": session.restore,
            "keep": session.keep,
            "next_task": self.next_task,
            "reset": session.reset,
            "quit": session.quit,
        }
        return {name: partial(self._checked, command) for name, command in found.items()}

    def _checked(self, command: Callable[[], Answer]) -> Answer:
        if self._by_itself:
            return Answer(False, "the recorder starts and saves by itself; end it with Ctrl-C")
        return command()

    def next_task(self) -> Answer:
        """Let the next episode be of the next task."""
        if not self._session.is_waiting:
            return Answer(False, "cannot change the task: end the open episode first")
        try:
            self._choose(self._tasks.next())
        except AfilError as error:
            return Answer(False, f"cannot change the task: {error}")
        return Answer(True, f"the next episode is of: {self._episode.instruction}")

    def record(self, task: str, duration_s: float, wall_s: float) -> Answer:
        """Start an episode of a task.

        Args:
            task: Its name or words; empty for the current one.
            duration_s: Saved as a success after so long, s; 0 where somebody else ends it.
            wall_s: Monotonic wall time, s.
        """
        if self._by_itself or not self._session.is_waiting:
            return self._checked(self._session.start)
        if task.strip():
            self._choose(self._tasks.choose(task.strip()))
        answer = self._session.start()
        if answer.accepted and duration_s > 0:
            self._save_at_s = wall_s + duration_s
        return answer

    def due(self, wall_s: float) -> Iterator[Answer]:
        """Save an episode that has its length.

        Args:
            wall_s: Monotonic wall time, s.
        """
        if self._save_at_s is not None and wall_s >= self._save_at_s:
            self.forget()
            yield self._session.save(success=True)

    def forget(self) -> None:
        """Let somebody else end the open episode."""
        self._save_at_s = None

    def _choose(self, prompt: Prompt) -> None:
        self._episode.instruction = prompt.instruction
        if prompt.name:
            self._episode.notes["task"] = prompt.name
        elif self._tasks.instructions:
            self._episode.notes.pop("task", None)
