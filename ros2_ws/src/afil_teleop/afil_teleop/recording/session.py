"""Which episode command is allowed when: one state machine for keys, services and automation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from afil_core.errors import AfilError


class Phase(Enum):
    """Where a recording session is."""

    IDLE = "idle"
    RECORDING = "recording"
    SAVING = "saving"
    DISCARDING = "discarding"
    FINISHED = "finished"


class EpisodeStore(Protocol):
    """What a session needs of a recorder."""

    def start(self) -> str:
        """Open an episode and answer its name."""

    def save(self, *, success: bool, seed: int | None) -> Path:
        """Write the episode's last bytes and answer where it is."""

    def set_aside(self, reasons: Sequence[str], *, success: bool, seed: int | None) -> Path:
        """Keep the episode where nobody trains on it, and answer where it is."""

    def discard(self) -> None:
        """Remove the open episode."""


@dataclass(frozen=True)
class Answer:
    """Answer to an episode command.

    Attributes:
        accepted: Whether the command was carried out.
        message: One sentence for the person who gave it.
    """

    accepted: bool
    message: str


class Session:
    """Carries out the episode commands start, save, discard and quit in their legal order.

    Args:
        store: Where episodes go.
        problems: What keeps an episode from starting now, one sentence each; empty when ready.
        faults: What keeps the open episode from passing for a success, one sentence each.
    """

    def __init__(
        self,
        store: EpisodeStore,
        problems: Callable[[], list[str]],
        faults: Callable[[], list[str]] = list,
    ) -> None:
        self._store = store
        self._problems = problems
        self._faults = faults
        self._phase = Phase.IDLE
        self._episode = ""
        self._saved = 0

    @property
    def saved(self) -> int:
        """How many episodes this session saved."""
        return self._saved

    @property
    def phase(self) -> Phase:
        """The current phase."""
        return self._phase

    @property
    def episode(self) -> str:
        """Name of the episode being recorded; empty when none is."""
        return self._episode

    def start(self) -> Answer:
        """Start an episode, unless one is open or the robot's topics are not all alive."""
        if self._phase is not Phase.IDLE:
            return Answer(False, f"cannot start: {self._why_not()}")
        problems = self._problems()
        if problems:
            return Answer(False, f"cannot start: {'; '.join(problems)}")
        try:
            self._episode = self._store.start()
        except (AfilError, OSError) as error:
            return Answer(False, f"cannot start: {error}")
        self._phase = Phase.RECORDING
        return Answer(True, f"recording {self._episode}")

    def save(self, *, success: bool, seed: int | None = None) -> Answer:
        """Save the open episode; when that fails it stays open, so that nothing is lost.

        What would train a wrong policy is not saved as a success but set aside, with its reason
        in ``episode.yaml``: the answer is no, and the session is ready for the next episode.

        Args:
            success: Whether the demonstration reached its goal.
            seed: Seed of the simulated scene; None for a real robot.
        """
        if self._phase is not Phase.RECORDING:
            return Answer(False, f"cannot save: {self._why_not()}")
        faults = self._faults() if success else []
        self._phase = Phase.SAVING
        try:
            if faults:
                path = self._store.set_aside(faults, success=success, seed=seed)
            else:
                path = self._store.save(success=success, seed=seed)
        except (AfilError, OSError) as error:
            self._phase = Phase.RECORDING
            return Answer(False, f"cannot save {self._episode}: {error}")
        self._close()
        if faults:
            return Answer(
                False, f"not saved as a success but set aside, {path}: {'; '.join(faults)}"
            )
        self._saved += 1
        return Answer(True, f"saved {path} as a {'success' if success else 'failure'}")

    def discard(self) -> Answer:
        """Throw the open episode away."""
        if self._phase is not Phase.RECORDING:
            return Answer(False, f"cannot discard: {self._why_not()}")
        self._phase = Phase.DISCARDING
        episode = self._episode
        self._store.discard()
        self._close()
        return Answer(True, f"discarded {episode}")

    def quit(self) -> Answer:
        """End the session; an open episode must be saved or discarded first."""
        if self._phase is not Phase.IDLE:
            return Answer(False, f"cannot quit: {self._why_not()}")
        self._phase = Phase.FINISHED
        return Answer(True, "the session is over")

    def _close(self) -> None:
        self._phase = Phase.IDLE
        self._episode = ""

    def _why_not(self) -> str:
        return {
            Phase.IDLE: "no episode is being recorded; start one first",
            Phase.RECORDING: f"{self._episode} is being recorded; save or discard it first",
            Phase.SAVING: f"{self._episode} is being saved; wait for it",
            Phase.DISCARDING: f"{self._episode} is being discarded; wait for it",
            Phase.FINISHED: "the session is over; launch the recorder again",
        }[self._phase]
