"""Which episode command is allowed when: one machine for keys, buttons, services, the action."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from afil_core.errors import AfilError
from afil_teleop.recording.shelf import Shelf


class Phase(Enum):
    """Where a recording session is."""

    IDLE = "idle"
    READY = "ready"
    RECORDING = "recording"
    PAUSED = "paused"
    SAVING = "saving"
    RESETTING = "resetting"
    FINISHED = "finished"


_WAITING = (Phase.IDLE, Phase.READY)
_OPEN = (Phase.RECORDING, Phase.PAUSED)
# A single button does not save what is younger.
_YOUNG_S = 0.5


class EpisodeStore(Protocol):
    """What a session needs of a recorder."""

    def start(self) -> str:
        """Open an episode and answer its name."""

    def pause(self) -> None:
        """Write nothing until :meth:`resume`."""

    def resume(self) -> None:
        """Go on writing."""

    def save(self, *, success: bool, seed: int | None) -> Path:
        """Write the episode's last bytes and answer where it is."""

    def set_aside(self, reasons: Sequence[str], *, success: bool, seed: int | None) -> Path:
        """Keep the episode where nobody trains on it, and answer where it is."""

    def discard(self) -> None:
        """Remove the open episode."""


class Reset(Protocol):
    """What brings a robot and its scene back between two episodes."""

    after_episode: bool

    def begin(self, now_s: float) -> None:
        """Begin, without waiting."""

    def poll(self, now_s: float) -> str | None:
        """None while it lasts; empty when it is done; else why it failed."""


@dataclass(frozen=True)
class Answer:
    """Answer to an episode command.

    Attributes:
        accepted: Whether the command was carried out.
        message: One sentence for the person who gave it.
    """

    accepted: bool
    message: str


@dataclass(frozen=True)
class Hooks:
    """What a session asks and tells others.

    Attributes:
        problems: What keeps an episode from starting now, one sentence each; empty when ready.
        faults: What keeps the open episode from passing for a success, one sentence each.
        started: Called when an episode was started.
        ended: Called when one ended: its name, where it is (None: discarded), whether it counts
            as a success.
        seed: Seed of the simulated scene; None for a real robot.
        reset: What brings the scene back between two episodes; None where a person does.
        now_s: Monotonic wall time, s.
    """

    problems: Callable[[], list[str]] = list
    faults: Callable[[], list[str]] = list
    started: Callable[[], None] = lambda: None
    ended: Callable[[str, Path | None, bool], None] = lambda name, path, success: None
    seed: Callable[[], int | None] = lambda: None
    reset: Reset | None = None
    now_s: Callable[[], float] = time.monotonic


class Session:
    """Carries out the episode commands in their legal order.

    Args:
        store: Where episodes go.
        shelf: Moves saved episodes to the trash and back.
        hooks: What it asks and tells others.

    Attributes:
        phase: The current phase.
        episode: Name of the episode being recorded; empty when none is.
        saved: Episodes that this session saved and that are in the dataset, in order.
        aside: Those that it set aside, in order.
    """

    def __init__(self, store: EpisodeStore, shelf: Shelf, hooks: Hooks | None = None) -> None:
        self._store = store
        self._shelf = shelf
        self._hooks = hooks or Hooks()
        self.phase = Phase.IDLE
        self.episode = ""
        self.saved: list[Path] = []
        self.aside: list[Path] = []
        self._starts_next = False
        self._resets_next = False
        self._started_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether an episode is open, paused or not."""
        return self.phase in _OPEN

    @property
    def is_waiting(self) -> bool:
        """Whether the next episode could be started, or the task be changed."""
        return self.phase in _WAITING

    def look(self, *, ready: bool) -> None:
        """Take whether an episode could start now."""
        if self.phase in _WAITING:
            self.phase = Phase.READY if ready else Phase.IDLE

    def tick(self, now_s: float) -> str:
        """Go on with a reset.

        Args:
            now_s: Monotonic wall time, s.

        Returns:
            What there is to tell; empty for nothing.
        """
        reset = self._hooks.reset
        if self._resets_next and reset is not None and self.phase in _WAITING:
            self._resets_next = False
            self.phase = Phase.RESETTING
            reset.begin(now_s)
            return "resetting"
        if self.phase is not Phase.RESETTING or reset is None:
            return ""
        outcome = reset.poll(now_s)
        if outcome is None:
            return ""
        self.phase = Phase.IDLE
        starts, self._starts_next = self._starts_next, False
        if outcome:
            return f"the reset failed: {outcome}; bring robot and scene back, then start"
        return f"reset; {self.start().message}" if starts else "reset"

    def start(self) -> Answer:
        """Start an episode, unless one is open or the robot's topics are not all alive."""
        if self.phase not in _WAITING:
            return Answer(False, f"cannot start: {self._why_not()}")
        problems = self._hooks.problems()
        if problems:
            return Answer(False, f"cannot start: {'; '.join(problems)}")
        try:
            self.episode = self._store.start()
        except (AfilError, OSError) as error:
            return Answer(False, f"cannot start: {error}")
        self.phase = Phase.RECORDING
        self._started_s = self._hooks.now_s()
        self._resets_next = False
        self._hooks.started()
        return Answer(True, f"recording {self.episode}")

    def pause(self) -> Answer:
        """Stop writing for a while; in a pause, go on."""
        if self.phase is Phase.RECORDING:
            self._store.pause()
            self.phase = Phase.PAUSED
            return Answer(True, f"paused {self.episode}; pause again to go on")
        if self.phase is Phase.PAUSED:
            self._store.resume()
            self.phase = Phase.RECORDING
            return Answer(True, f"recording {self.episode} again")
        return Answer(False, f"cannot pause: {self._why_not()}")

    def save(self, *, success: bool, seed: int | None = None) -> Answer:
        """Save the open episode; when that fails it stays open, so that nothing is lost.

        What would train a wrong policy is not saved as a success but set aside, with its reason
        in ``episode.yaml``: the answer is no, and the session is ready for the next episode.

        Args:
            success: Whether the demonstration reached its goal.
            seed: Seed of the simulated scene; None for what the hooks say.
        """
        before = self.phase
        if before not in _OPEN:
            return Answer(False, f"cannot save: {self._why_not()}")
        faults = self._hooks.faults() if success else []
        self.phase = Phase.SAVING
        try:
            seed = self._hooks.seed() if seed is None else seed
            if faults:
                path = self._store.set_aside(faults, success=success, seed=seed)
            else:
                path = self._store.save(success=success, seed=seed)
        except (AfilError, OSError) as error:
            self.phase = before
            return Answer(False, f"cannot save {self.episode}: {error}")
        (self.aside if faults else self.saved).append(path)
        self._close(path, success and not faults)
        if faults:
            return Answer(
                False,
                f"not saved as a success but set aside, {path}: {'; '.join(faults)}. The command "
                f"keep takes it in after all",
            )
        return Answer(True, f"saved {path} as a {'success' if success else 'failure'}")

    def discard(self) -> Answer:
        """Throw the open episode away."""
        if self.phase not in _OPEN:
            return Answer(False, f"cannot discard: {self._why_not()}")
        episode = self.episode
        rest = ""
        try:
            self._store.discard()
        except (AfilError, OSError) as error:
            # It is closed all the same: a session that could neither save nor discard was stuck.
            rest = f", but its folder cannot be removed ({error})"
        self._close(None, False)
        return Answer(True, f"discarded {episode}{rest}")

    def advance(self) -> Answer:
        """What a single button means: start, save as a success, go on after a pause.

        A pedal that bounces, or a key that is held, saves nothing.
        """
        if self.phase is Phase.RECORDING:
            if self._hooks.now_s() - self._started_s < _YOUNG_S:
                return Answer(False, f"{self.episode} began only now; press again to save it")
            return self.save(success=True)
        return self.pause() if self.phase is Phase.PAUSED else self.start()

    def rerecord(self) -> Answer:
        """Record the open episode, or the one that was just saved, once more."""
        removed = self.discard() if self.phase in _OPEN else self.delete()
        if not removed.accepted:
            return Answer(False, removed.message.replace("delete", "record again", 1))
        if self._hooks.reset is not None:
            self._resets_next = self._starts_next = True
            return Answer(True, f"{removed.message}; the next starts after the reset")
        started = self.start()
        return Answer(started.accepted, f"{removed.message}; {started.message}")

    def delete(self) -> Answer:
        """Move the episode that was just saved to the trash."""
        if self.phase not in (*_WAITING, Phase.RESETTING):
            return Answer(False, f"cannot delete: {self._why_not()}")
        if not self.saved:
            return Answer(False, "cannot delete: this session has saved no episode that is left")
        try:
            where = self._shelf.trash(self.saved[-1])
        except (AfilError, OSError) as error:
            return Answer(False, f"cannot delete {self.saved[-1].name}: {error}")
        gone = self.saved.pop()
        return Answer(True, f"moved {gone.name} to the trash ({where}); restore brings it back")

    def restore(self) -> Answer:
        """Bring back what was moved to the trash last."""
        try:
            path = self._shelf.restore()
        except (AfilError, OSError) as error:
            return Answer(False, f"cannot restore: {error}")
        self.saved.append(path)
        return Answer(True, f"{path.name} is back in the dataset")

    def keep(self) -> Answer:
        """Take what was set aside last into the dataset after all; its reasons stay with it."""
        if not self.aside:
            return Answer(False, "cannot keep: this session has set no episode aside")
        try:
            path = self._shelf.keep(self.aside[-1])
        except (AfilError, OSError) as error:
            return Answer(False, f"cannot keep {self.aside[-1].name}: {error}")
        self.aside.pop()
        self.saved.append(path)
        return Answer(True, f"kept {path} after all; its faults stay in episode.yaml")

    def reset(self) -> Answer:
        """Bring robot and scene back."""
        if self.phase not in _WAITING:
            return Answer(False, f"cannot reset: {self._why_not()}")
        if self._hooks.reset is None:
            return Answer(False, "cannot reset: no reset is set up; give reset:=...")
        self._resets_next = True
        return Answer(True, "resetting")

    def quit(self) -> Answer:
        """End the session; an open episode must be saved or discarded first."""
        if self.phase not in (*_WAITING, Phase.RESETTING):
            return Answer(False, f"cannot quit: {self._why_not()}")
        self.phase = Phase.FINISHED
        return Answer(True, "the session is over")

    def _close(self, path: Path | None, success: bool) -> None:
        name, self.episode = self.episode, ""
        self.phase = Phase.IDLE
        reset = self._hooks.reset
        self._resets_next = reset is not None and reset.after_episode
        self._hooks.ended(name, path, success)

    def _why_not(self) -> str:
        return {
            Phase.IDLE: "no episode is being recorded; start one first",
            Phase.READY: "no episode is being recorded; start one first",
            Phase.RECORDING: f"{self.episode} is being recorded; save or discard it first",
            Phase.PAUSED: f"{self.episode} is paused; save or discard it first",
            Phase.SAVING: f"{self.episode} is being saved; wait for it",
            Phase.RESETTING: "robot and scene are being reset; wait for it",
            Phase.FINISHED: "the session is over; launch the recorder again",
        }[self.phase]
