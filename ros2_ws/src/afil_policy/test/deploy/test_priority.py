"""Priorities of threads."""

from __future__ import annotations

import gc
import os
import subprocess
import threading
from collections.abc import Callable

import pytest

from afil_policy.deploy.priority import fall, keep_loaded, rise


def in_a_thread(work: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (told in the test's own thread)
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def policy() -> int:
    return os.sched_getscheduler(threading.get_native_id()) & ~os.SCHED_RESET_ON_FORK


def permitted() -> bool:
    found = []
    in_a_thread(lambda: found.append(rise(1) is None))
    return found[0]


@pytest.mark.skipif(not permitted(), reason="this user may have no real-time priority")
def test_a_thread_rises_behind_who_commands_and_those_that_it_starts_do_not() -> None:
    def work() -> None:
        assert rise(20, steps_back=2) is None
        in_a_thread(lambda: _is(os.SCHED_OTHER))
        assert rise(20, steps_back=2, with_helpers=True) is None
        in_a_thread(lambda: _is(os.SCHED_FIFO))
        assert rise(20, steps_back=2) is None
        assert policy() == os.SCHED_FIFO
        assert os.sched_getparam(threading.get_native_id()).sched_priority == 18
        in_a_thread(lambda: _is(os.SCHED_OTHER))
        fall()
        _is(os.SCHED_OTHER)

    in_a_thread(work)
    _is(os.SCHED_OTHER)


@pytest.mark.skipif(not permitted(), reason="this user may have no real-time priority")
def test_the_middlewares_threads_rise_with_who_waits_for_them() -> None:
    ask, told = threading.Event(), []
    other = threading.Thread(target=lambda: (ask.wait(), told.append(policy())))
    other.start()
    tids = {t.native_id for t in threading.enumerate() if t.native_id} - {other.native_id}
    try:
        in_a_thread(lambda: _none(rise(5, with_others=True)))
    finally:
        ask.set()
        other.join()
        for tid in tids:
            os.sched_setscheduler(tid, os.SCHED_OTHER, os.sched_param(0))
    assert told == [os.SCHED_FIFO]


def test_where_it_is_not_permitted_a_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", refuse)
    assert "limits.conf" in (rise(20) or "")
    assert rise(0) is None
    fall()


def test_what_is_loaded_is_no_longer_looked_through_for_garbage() -> None:
    keep_loaded()
    try:
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


def _is(expected: int) -> None:
    assert policy() == expected


def _none(value: object) -> None:
    assert value is None


def test_a_thread_that_has_ended_meanwhile_keeps_no_other_from_rising(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setattr("afil_policy.deploy.priority._ordinary", lambda: [ended.pid])
    in_a_thread(lambda: _noted(rise(20, with_others=True)))


def _noted(problem: str | None) -> None:
    assert problem is None or "not permitted" in problem
