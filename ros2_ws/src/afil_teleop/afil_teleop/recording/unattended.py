"""Recording without a person: reset the world, follow the episode, check it, save it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from afil_core.errors import AfilError
from afil_core.world_protocol import RESET_SERVICE, EpisodeStatus
from afil_teleop.recording.session import Answer, Phase


@dataclass(frozen=True)
class Patience:
    """How long to wait (wall-clock seconds) before giving up, and how often to try.

    Attributes:
        ready_s: For the contract's topics to appear.
        reset_s: For the world's answer to a reset.
        silence_s: For the next message during an episode.
        stragglers_s: For messages that are still under way when an episode is over.
        quiet_s: Silence after an episode's end that means that everything arrived.
        incomplete: Episodes in a row that may lose frames.
        told_s: Until it is said for what the start waits.
    """

    ready_s: float = 60.0
    reset_s: float = 30.0
    silence_s: float = 30.0
    stragglers_s: float = 5.0
    quiet_s: float = 0.2
    incomplete: int = 3
    told_s: float = 5.0


class EpisodeControl(Protocol):
    """What automation needs of a session."""

    @property
    def phase(self) -> Phase:
        """The current phase."""

    def start(self) -> Answer:
        """Start an episode."""

    def save(self, *, success: bool, seed: int | None = None) -> Answer:
        """Save the open episode."""

    def discard(self) -> Answer:
        """Throw the open episode away."""


class _Stage(Enum):
    STARTING = "starting"
    RESETTING = "resetting"
    RUNNING = "running"
    SETTLING = "settling"
    FINISHED = "finished"


class UnattendedRecording:
    """Records episodes of a simulated world until a dataset has enough of them.

    Call :meth:`tick` often, and the other methods as things happen. All times are wall-clock
    seconds, because simulated time stands still while the world waits.

    Args:
        session: Starts and saves episodes.
        counts: Of the open episode: complete frames, and messages on all topics together.
        request_reset: Asks the world for the next episode, without waiting.
        say: Prints a line of progress.
        episodes: How many episodes the dataset shall have.
        existing: How many it has.
        patience: When to give up.
    """

    def __init__(
        self,
        session: EpisodeControl,
        counts: Callable[[], tuple[int, int]],
        request_reset: Callable[[], None],
        say: Callable[[str], None],
        *,
        episodes: int,
        existing: int,
        patience: Patience | None = None,
    ) -> None:
        self._session = session
        self._counts = counts
        self._request_reset = request_reset
        self._say = say
        self._episodes = episodes
        self._done = existing
        self._successes = 0
        self._recorded = 0
        self._incomplete = 0
        self._patience = patience or Patience()
        self._stage = _Stage.STARTING if existing < episodes else _Stage.FINISHED
        self._since_s: float | None = None
        self._changed_s = 0.0
        self._messages = 0
        self._number: int | None = None
        self._status: EpisodeStatus | None = None
        self._told = ""

    @property
    def finished(self) -> bool:
        """Whether the dataset has enough episodes."""
        return self._stage is _Stage.FINISHED

    @property
    def summary(self) -> str:
        """One line about what was recorded."""
        return (
            f"{self._recorded} episode(s) recorded, {self._successes} of them successes; "
            f"{self._done} in the dataset"
        )

    def reset_answered(self, episode: int | None, message: str = "") -> None:
        """Take the world's answer to a reset.

        Args:
            episode: Number of the episode that it started; None where it refused.
            message: Why it refused.

        Raises:
            AfilError: When the world refused.
        """
        if episode is None:
            raise AfilError(f"service {RESET_SERVICE} refused: {message or 'no reason given'}")
        self._number = episode

    def status_received(self, status: EpisodeStatus) -> None:
        """Take a status of the world."""
        self._status = status

    def tick(self, now_s: float) -> None:
        """Go on as far as possible.

        Args:
            now_s: Monotonic wall-clock seconds.

        Raises:
            AfilError: When waiting any longer makes no sense; says for what it waited.
        """
        if self._since_s is None:
            self._since_s = now_s
        total = self._counts()[1]
        if total != self._messages:
            self._messages = total
            self._changed_s = now_s
        if self._stage is _Stage.STARTING:
            self._start(now_s)
        elif self._stage is _Stage.RESETTING:
            self._await_reset(now_s)
        elif self._stage is _Stage.RUNNING:
            self._await_end(now_s)
        elif self._stage is _Stage.SETTLING:
            self._settle(now_s)

    def _enter(self, stage: _Stage, now_s: float) -> None:
        self._stage = stage
        self._since_s = now_s
        self._changed_s = now_s

    def _waited(self, now_s: float) -> float:
        return now_s - (now_s if self._since_s is None else self._since_s)

    def _start(self, now_s: float) -> None:
        answer = self._session.start()
        if not answer.accepted:
            if self._waited(now_s) > self._patience.ready_s:
                raise AfilError(f"gave up after {self._patience.ready_s:g} s: {answer.message}")
            if self._waited(now_s) > self._patience.told_s and self._told != answer.message:
                self._told = answer.message
                self._say(f"waiting: {answer.message}")
            return
        self._number = None
        self._enter(_Stage.RESETTING, now_s)
        self._request_reset()

    def _await_reset(self, now_s: float) -> None:
        if self._number is not None:
            self._enter(_Stage.RUNNING, now_s)
        elif self._waited(now_s) > self._patience.reset_s:
            raise AfilError(
                f"service {RESET_SERVICE} did not answer within {self._patience.reset_s:g} s; "
                f"check that the world node runs"
            )

    def _await_end(self, now_s: float) -> None:
        status = self._status
        if status is not None and self._number is not None and status.episode > self._number:
            raise AfilError(
                f"somebody else called {RESET_SERVICE} in episode {self._number}, which is lost; "
                f"let nobody reset the world meanwhile, then run the same command again"
            )
        if self._ended() is not None:
            self._enter(_Stage.SETTLING, now_s)
        elif now_s - self._changed_s > self._patience.silence_s:
            raise AfilError(
                f"the world sent nothing for {self._patience.silence_s:g} s in episode "
                f"{self._number}; check that the world node runs"
            )

    def _settle(self, now_s: float) -> None:
        status = self._ended()
        if status is None:
            return
        frames = self._counts()[0]
        if frames == status.frames:
            if now_s - self._changed_s >= self._patience.quiet_s:
                self._save(status, now_s)
        elif self._waited(now_s) > self._patience.stragglers_s:
            self._reject(status, frames, now_s)

    def _ended(self) -> EpisodeStatus | None:
        status = self._status
        return status if status and status.episode == self._number and status.done else None

    def _save(self, status: EpisodeStatus, now_s: float) -> None:
        answer = self._session.save(success=status.success, seed=status.seed)
        if not answer.accepted:
            raise AfilError(answer.message)
        self._done += 1
        self._recorded += 1
        self._incomplete = 0
        self._successes += status.success
        verdict = "success" if status.success else "failure"
        self._say(
            f"episode {self._done}/{self._episodes} seed {status.seed} {verdict} "
            f"{status.steps} steps"
            + (f", {status.timeouts} without a command" if status.timeouts else "")
        )
        enough = self._done >= self._episodes
        self._enter(_Stage.FINISHED if enough else _Stage.STARTING, now_s)

    def _reject(self, status: EpisodeStatus, frames: int, now_s: float) -> None:
        self._session.discard()
        self._incomplete += 1
        what = f"{frames} of {status.frames} frames of seed {status.seed} arrived whole"
        if self._incomplete >= self._patience.incomplete:
            raise AfilError(
                f"{self._incomplete} episodes in a row lost frames ({what}); give the machine "
                f"less to do, or raise its network buffers (sysctl net.core.rmem_max)"
            )
        self._say(f"discarded: {what}; the next seed takes its place")
        self._enter(_Stage.STARTING, now_s)
