"""The episode state machine: which command is legal when."""

from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_teleop.recording.session import Hooks, Phase, Session


class Store:
    """Counts what a session asks for; can be told to fail, or to set aside."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.refuse = ""
        self.count = -1

    def start(self) -> str:
        self.calls.append("start")
        self.count += 1
        return f"episode_{self.count:06d}"

    def pause(self) -> None:
        self.calls.append("pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def save(self, *, success: bool, seed: int | None) -> Path:
        if self.refuse:
            raise AfilError(self.refuse)
        self.calls.append(f"save {success} {seed}")
        return Path("data") / f"episode_{self.count:06d}"

    def set_aside(self, reasons, *, success: bool, seed: int | None) -> Path:
        if self.refuse:
            raise AfilError(self.refuse)
        self.calls.append(f"set aside {len(reasons)}")
        return Path("data/set_aside") / f"episode_{self.count:06d}"

    def discard(self) -> None:
        self.calls.append("discard")


class Shelf:
    """Remembers what was moved."""

    def __init__(self) -> None:
        self.trashed: list[Path] = []

    def trash(self, episode: Path) -> Path:
        self.trashed.append(episode)
        return Path("data/.trash") / episode.name

    def restore(self) -> Path:
        if not self.trashed:
            raise AfilError("nothing was deleted")
        return self.trashed.pop()

    def keep(self, episode: Path) -> Path:
        return Path("data") / episode.name


class Homing:
    """A reset that takes until it is told."""

    after_episode = True

    def __init__(self) -> None:
        self.begun = 0
        self.outcome: str | None = None

    def begin(self, now_s: float) -> None:
        self.begun += 1
        self.outcome = None

    def poll(self, now_s: float) -> str | None:
        return self.outcome


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def session(store: Store) -> Session:
    return Session(store, Shelf())


def test_an_episode_is_started_and_saved_as_success_or_failure(session, store):
    assert session.start().accepted
    assert session.phase is Phase.RECORDING
    answer = session.save(success=True, seed=7)
    assert answer.accepted and "success" in answer.message
    assert session.start().accepted
    assert "failure" in session.save(success=False).message
    assert store.calls == ["start", "save True 7", "start", "save False None"]
    assert session.phase is Phase.IDLE


def test_a_discarded_episode_is_not_saved(session, store):
    session.start()
    assert session.discard().accepted
    assert store.calls == ["start", "discard"]
    assert session.phase is Phase.IDLE


def test_what_cannot_be_removed_does_not_keep_the_session(session, store, monkeypatch):
    session.start()

    def refuse():
        raise FileNotFoundError("somebody removed it")

    monkeypatch.setattr(store, "discard", refuse)
    answer = session.discard()
    assert answer.accepted and "its folder cannot be removed (somebody" in answer.message
    assert session.start().accepted


@pytest.mark.parametrize("command", ["save", "discard", "pause"])
def test_without_an_episode_nothing_can_be_saved_or_discarded(session, store, command):
    answer = session.save(success=True) if command == "save" else getattr(session, command)()
    assert not answer.accepted
    assert "start one first" in answer.message
    assert store.calls == []


def test_a_second_start_does_not_touch_the_open_episode(session, store):
    session.start()
    answer = session.start()
    assert not answer.accepted and "save or discard it first" in answer.message
    assert store.calls == ["start"]
    assert session.phase is Phase.RECORDING


def test_an_open_episode_must_be_decided_before_quitting(session):
    session.start()
    assert not session.quit().accepted
    session.discard()
    assert session.quit().accepted
    assert session.phase is Phase.FINISHED
    assert "over" in session.start().message


def test_a_save_that_fails_keeps_the_episode_open(session, store):
    session.start()
    store.refuse = "has no message on /x"
    answer = session.save(success=True)
    assert not answer.accepted and "/x" in answer.message
    assert session.phase is Phase.RECORDING
    session.pause()
    assert not session.save(success=True).accepted and session.phase is Phase.PAUSED
    store.refuse = ""
    assert session.save(success=True).accepted


def test_a_start_says_what_is_not_ready(store):
    missing = ["nothing publishes /a", "/b has been silent for 3 s"]
    session = Session(store, Shelf(), Hooks(problems=lambda: missing))
    answer = session.start()
    assert not answer.accepted
    assert "/a" in answer.message and "/b" in answer.message
    assert store.calls == []


def test_it_is_ready_when_nothing_keeps_an_episode_from_starting(session):
    session.look(ready=True)
    assert session.phase is Phase.READY
    session.look(ready=False)
    assert session.phase is Phase.IDLE and session.is_waiting
    session.start()
    session.look(ready=True)
    assert session.phase is Phase.RECORDING, "an open episode stays open"


def test_a_pause_is_ended_by_another_and_may_be_saved_or_discarded(session, store):
    session.start()
    assert "paused episode_000000" in session.pause().message
    assert session.phase is Phase.PAUSED
    assert not session.start().accepted and not session.quit().accepted
    assert session.pause().accepted and session.phase is Phase.RECORDING
    session.pause()
    assert session.save(success=True).accepted
    session.start()
    session.pause()
    assert session.discard().accepted
    assert [c for c in store.calls if "a" in c and "start" not in c] == [
        "pause",
        "pause",
        "save True None",
        "pause",
        "discard",
    ]


def test_one_button_starts_goes_on_after_a_pause_and_saves(store):
    now_s = [5.0]
    session = Session(store, Shelf(), Hooks(now_s=lambda: now_s[0]))
    assert session.advance().accepted and session.phase is Phase.RECORDING
    refused = session.advance()
    assert not refused.accepted and "began only now" in refused.message, "a pedal that bounces"
    session.pause()
    assert session.advance().accepted and session.phase is Phase.RECORDING
    now_s[0] += 0.6
    assert "success" in session.advance().message
    assert session.phase is Phase.IDLE


def test_the_open_episode_or_the_one_just_saved_is_recorded_again(session, store):
    assert not session.rerecord().accepted
    session.start()
    answer = session.rerecord()
    assert answer.accepted and "discarded episode_000000; recording episode_000001" in (
        answer.message
    )
    session.save(success=True)
    answer = session.rerecord()
    assert "moved episode_000001 to the trash" in answer.message
    assert session.episode == "episode_000002" and session.saved == []


def test_what_was_saved_can_be_deleted_and_brought_back(session):
    assert "no episode that is left" in session.delete().message
    session.start()
    assert not session.delete().accepted, "while one is open"
    session.save(success=True)
    assert ".trash/episode_000000" in session.delete().message
    assert not session.delete().accepted and session.saved == []
    assert "back in the dataset" in session.restore().message
    assert session.saved == [Path("data/episode_000000")]
    assert not session.restore().accepted


def test_what_is_set_aside_is_no_success_and_can_be_kept_after_all(store):
    ended = []
    faults = ["two nodes publish /a"]
    hooks = Hooks(faults=lambda: faults, ended=lambda *given: ended.append(given))
    session = Session(store, Shelf(), hooks)
    assert not session.keep().accepted
    session.start()
    answer = session.save(success=True)
    assert session.phase is Phase.IDLE and store.calls == ["start", "set aside 1"]
    assert (
        not answer.accepted
        and "set aside" in answer.message
        and "two nodes publish /a" in answer.message
    )
    assert ended == [("episode_000000", Path("data/set_aside/episode_000000"), False)]
    assert session.saved == []
    assert session.keep().accepted
    assert session.saved == [Path("data/episode_000000")] and session.aside == []


def test_a_reset_follows_an_episode_and_the_next_waits_for_it(store):
    homing = Homing()
    session = Session(store, Shelf(), Hooks(reset=homing))
    assert session.tick(0.0) == "" and homing.begun == 0
    session.start()
    session.save(success=True)
    assert session.tick(1.0) == "resetting" and session.phase is Phase.RESETTING
    assert "wait for it" in session.start().message
    assert session.tick(2.0) == "" and session.phase is Phase.RESETTING
    homing.outcome = ""
    assert session.tick(3.0) == "reset" and session.phase is Phase.IDLE
    assert session.tick(4.0) == "" and homing.begun == 1
    assert session.reset().accepted
    session.tick(5.0)
    homing.outcome = "the arm is locked"
    assert "the reset failed: the arm is locked" in session.tick(6.0)
    assert session.phase is Phase.IDLE


def test_an_episode_is_recorded_again_after_the_reset(store):
    homing = Homing()
    session = Session(store, Shelf(), Hooks(reset=homing))
    session.start()
    assert "after the reset" in session.rerecord().message
    session.tick(1.0)
    homing.outcome = ""
    assert "recording episode_000001" in session.tick(2.0)
    assert session.phase is Phase.RECORDING


def test_without_a_reset_that_is_said(session):
    assert "no reset is set up" in session.reset().message
