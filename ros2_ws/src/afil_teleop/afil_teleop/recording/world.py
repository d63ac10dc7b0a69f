"""The simulated world that is recorded: its resets, and the seeds and verdicts of its episodes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from afil_core.world_protocol import RESET_SERVICE, EpisodeStatus
from afil_teleop.recording.dataset import DatasetState
from afil_teleop.recording.recorder import EpisodeRecorder
from afil_teleop.recording.session import Phase, Session
from afil_teleop.recording.unattended import UnattendedRecording


class ResetService(Protocol):
    """The service that starts a world's next episode."""

    def is_ready(self) -> bool:
        """Whether somebody offers it."""

    def call(self, answered: Callable[[ResetAnswer], None]) -> None:
        """Ask, without waiting.

        Args:
            answered: Takes the answer.
        """


@dataclass(frozen=True)
class ResetAnswer:
    """Answer to a reset.

    Attributes:
        success: Whether the episode starts.
        message: Why not.
        episode: Its number since the world started.
        instruction: The task in words; empty where the world has none.
        task: Its name; empty where it has none.
    """

    success: bool
    message: str
    episode: int
    instruction: str
    task: str


class RecordedWorld:
    """Follows a world's episodes; records them by itself when it is asked to.

    Args:
        session: Starts and saves episodes.
        recorder: Writes them.
        state: What the dataset held at the start.
        reset: The world's service.
        log: What people read.
        episodes: Record until the dataset has so many; 0 where a person starts and saves.

    Attributes:
        on_scene: Called when the scene of an episode that a person started is there.
    """

    def __init__(
        self,
        session: Session,
        recorder: EpisodeRecorder,
        state: DatasetState,
        reset: ResetService,
        log: Callable[[int, str], None],
        episodes: int,
    ) -> None:
        self._session = session
        self._recorder = recorder
        self._state = state
        self._reset = reset
        self._log = log
        self._answers: list[ResetAnswer] = []
        self._asked = 0
        self.on_scene: Callable[[], None] = lambda: None
        self.seed: int | None = None
        self.unattended: UnattendedRecording | None = None
        if episodes:
            self.unattended = UnattendedRecording(
                session,
                lambda: (recorder.frames, sum(recorder.counts.values())),
                self._ask,
                lambda line: log(logging.INFO, line),
                episodes=episodes,
                existing=state.episodes,
            )

    def problems(self) -> list[str]:
        """What keeps an episode from starting."""
        if self._reset.is_ready():
            return []
        return [f"no world offers {RESET_SERVICE}; start one (sim:=true)"]

    def started(self) -> None:
        """A person started an episode: it begins with a new scene."""
        self.seed = None
        # A world that is still running would prepend the end of the last scene.
        self._recorder.await_scene()
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        self._reset.call(partial(self._answered, self._asked))

    def _answered(self, number: int, answer: ResetAnswer) -> None:
        """Take the answer to a reset; :meth:`tick` acts on it."""
        if number != self._asked:
            # Of an episode that was thrown away: the scene of the open one is still to come.
            return
        self._recorder.scene_is_there()
        if self.unattended is None:
            self.on_scene()
        self._answers.append(answer)

    def status_received(self, cdr: bytes) -> None:
        """Take a status of the world.

        Raises:
            AfilError: When it is something else.
        """
        status = EpisodeStatus.decode(cdr)
        if self.unattended is not None:
            self.unattended.status_received(status)
            return
        self.seed = status.seed
        if status.done and self._session.phase is Phase.RECORDING:
            verdict = "success" if status.success else "failure"
            self._log(logging.INFO, f"the world says: {verdict} after {status.steps} steps")

    def tick(self, wall_s: float) -> None:
        """Go on as far as possible.

        Args:
            wall_s: Monotonic wall time, s.

        Raises:
            AfilError: When waiting any longer makes no sense, or the world has another task.
        """
        while self._answers:
            self._take(self._answers.pop(0))
        if self.unattended is not None:
            self.unattended.tick(wall_s)

    def _take(self, answer: ResetAnswer) -> None:
        if answer.success:
            if not self._recorder.instruction:
                self._state.require_instructions(answer.instruction)
            self._recorder.task_is(answer.instruction, answer.task)
        if self.unattended is not None:
            self.unattended.reset_answered(
                answer.episode if answer.success else None, answer.message
            )
        elif not answer.success:
            self._log(logging.ERROR, f"dropped: the world could not be reset ({answer.message})")
            self._session.discard()
