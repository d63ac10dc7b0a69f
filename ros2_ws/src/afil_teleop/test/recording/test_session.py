"""The episode state machine: which command is legal when."""

from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_teleop.recording.session import Phase, Session


class Store:
    """Counts what a session asks for; can be told to fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.refuse = ""

    def start(self) -> str:
        self.calls.append("start")
        return "episode_000000"

    def save(self, *, success: bool, seed: int | None) -> Path:
        if self.refuse:
            raise AfilError(self.refuse)
        self.calls.append(f"save {success} {seed}")
        return Path("data/episode_000000")

    def set_aside(self, reasons, *, success: bool, seed: int | None) -> Path:
        self.calls.append(f"set aside {success} {seed}: {reasons}")
        return Path("data/set_aside/episode_000000")

    def discard(self) -> None:
        self.calls.append("discard")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def session(store: Store) -> Session:
    return Session(store, list)


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


@pytest.mark.parametrize("command", ["save", "discard"])
def test_without_an_episode_nothing_can_be_saved_or_discarded(session, store, command):
    answer = session.save(success=True) if command == "save" else session.discard()
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
    store.refuse = ""
    assert session.save(success=True).accepted


def test_a_start_says_what_is_not_ready(store):
    session = Session(store, lambda: ["nothing publishes /a", "/b has been silent for 3 s"])
    answer = session.start()
    assert not answer.accepted
    assert "/a" in answer.message and "/b" in answer.message
    assert store.calls == []


def test_what_trains_a_wrong_policy_is_set_aside_and_the_session_goes_on(store):
    session = Session(store, list, lambda: ["the stamps of /target_pose are 0"])
    session.start()
    answer = session.save(success=True)
    assert not answer.accepted
    assert "set aside, data/set_aside/episode_000000: the stamps of /target" in answer.message
    assert store.calls[-1] == "set aside True None: ['the stamps of /target_pose are 0']"
    assert session.phase is Phase.IDLE and session.saved == 0
    session.start()
    assert session.save(success=False).accepted
