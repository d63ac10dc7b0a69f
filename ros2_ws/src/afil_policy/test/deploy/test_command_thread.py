"""The command loop's thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from afil_core.supervision.heartbeat import PERIOD_S, Heartbeat
from afil_policy.deploy.command_thread import CommandThread


class Loop:
    """A controller without a robot, and when it was called."""

    is_moving = False
    stops = 0

    def __init__(self, period_s: float | None, work: Callable[[], None] = lambda: None) -> None:
        self.steps_s: list[float] = []
        self.beats_s: list[float] = []
        self.late_s: list[float] = []
        self.order = ""
        self.failures: list[Exception] = []
        self._work = work
        self.thread = CommandThread(
            self,  # type: ignore[arg-type]
            step=self._step,
            watch=lambda: None,
            beat=self._beat,
            failed=self.failures.append,
            period_s=period_s,
        )

        self.commanding: list[bool] = []

    def cycle_began(self, late_s: float) -> None:
        self.late_s.append(late_s)

    def run(self, seconds: float) -> None:
        self.thread.start()
        time.sleep(seconds)
        self.thread.stop()

    def _step(self) -> None:
        self.steps_s.append(time.monotonic())
        self.order += "s"
        self._work()

    def _beat(self, beat: Heartbeat) -> None:
        assert beat.sequence == len(self.beats_s)
        self.beats_s.append(time.monotonic())
        self.commanding.append(beat.is_commanding)
        self.order += "b"


@pytest.mark.parametrize(("period_s", "beats"), [(0.1, 2), (0.05, 1), (0.02, 0.5)])
def test_a_step_at_each_period_and_a_heartbeat_after_it_where_one_is_due(
    period_s: float, beats: float
) -> None:
    loop = Loop(period_s)
    loop.run(0.9)
    assert 2 <= len(loop.steps_s) <= 0.9 / period_s + 1
    assert len(loop.late_s) == len(loop.steps_s)
    assert len(loop.beats_s) == pytest.approx(beats * len(loop.steps_s), rel=0.3, abs=2)
    # Where both are due together the command is first: it waits for no heartbeat.
    assert loop.order.startswith("sb")
    assert not loop.failures


def test_periods_that_were_slept_through_are_not_made_up_for() -> None:
    slow = iter([0.0, 0.25])
    loop = Loop(0.05, lambda: time.sleep(next(slow, 0.0)))
    loop.run(0.6)
    after = np.diff(loop.steps_s)[2:]
    assert after.min() > 0.02
    # It is on its grid again.
    offsets = (np.array(loop.steps_s) - loop.steps_s[0]) % 0.05
    assert np.median(np.minimum(offsets, 0.05 - offsets)[2:]) < 0.015


def test_without_a_period_it_steps_when_it_is_woken_and_looks_at_each_heartbeat() -> None:
    loop = Loop(None)
    loop.thread.start()
    began_s = time.monotonic()
    for _ in range(20):
        loop.thread.wake()
        time.sleep(0.005)
    # More often than heartbeats alone would have it look.
    assert len(loop.steps_s) > (time.monotonic() - began_s) / PERIOD_S + 2
    time.sleep(3 * PERIOD_S)
    woken = len(loop.steps_s)
    time.sleep(3 * PERIOD_S)
    loop.thread.stop()
    assert len(loop.steps_s) > woken


def test_after_a_rest_at_its_end_it_says_that_it_commands_no_more() -> None:
    loop = Loop(0.05)
    loop.is_moving = True
    loop.run(0.1)
    assert all(loop.commanding)
    loop.is_moving = False
    loop.thread.rested()
    assert loop.commanding[-1] is False


def test_what_ends_the_thread_is_told() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    loop = Loop(0.02, fail)
    loop.run(0.1)
    assert [type(f) for f in loop.failures] == [ZeroDivisionError]


def test_a_loop_that_hangs_is_left_to_the_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afil_policy.deploy.command_thread._END_S", 0.05)
    release = threading.Event()
    loop = Loop(0.05, work=lambda: release.wait(10) and None)
    loop.run(0.1)
    before = len(loop.beats_s)
    loop.thread.rested()
    assert len(loop.beats_s) == before
    release.set()
