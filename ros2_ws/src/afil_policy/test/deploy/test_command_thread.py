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

    def until(self, condition: Callable[[], object]) -> None:
        """Let it go on: a busy machine may give a thread nothing for seconds."""
        end_s = time.monotonic() + 30.0
        while not condition():
            assert time.monotonic() < end_s, (self.order, self.failures)
            time.sleep(0.005)

    def run_until(self, condition: Callable[[], object]) -> None:
        self.thread.start()
        self.until(condition)
        self.thread.stop()
        self.thread._thread.join(20)

    def _step(self) -> None:
        self.steps_s.append(time.monotonic())
        self.order += "s"
        self._work()

    def _beat(self, beat: Heartbeat) -> None:
        assert beat.sequence == len(self.beats_s)
        self.beats_s.append(time.monotonic())
        self.commanding.append(beat.is_commanding)
        self.order += "b"


@pytest.mark.parametrize("period_s", [0.1, 0.05, 0.02])
def test_a_step_at_each_period_and_a_heartbeat_after_it_where_one_is_due(period_s: float) -> None:
    loop = Loop(period_s)
    began_s = time.monotonic()
    loop.run_until(lambda: min(len(loop.steps_s), len(loop.beats_s)) >= 10)
    assert len(loop.steps_s) <= (loop.steps_s[-1] - began_s) / period_s + 1
    assert len(loop.late_s) == len(loop.steps_s)
    # Medians: what a busy machine holds up is not the loop's.
    assert np.median(np.diff(loop.steps_s)) == pytest.approx(period_s, rel=0.3)
    assert np.median(np.diff(loop.beats_s)) == pytest.approx(PERIOD_S, rel=0.3)
    # Where both are due together the command is first: it waits for no heartbeat.
    assert loop.order.startswith("sb")
    assert not loop.failures


def test_periods_that_were_slept_through_are_not_made_up_for() -> None:
    slow = iter([0.0, 0.5])
    loop = Loop(0.05, lambda: time.sleep(next(slow, 0.0)))
    loop.run_until(lambda: len(loop.steps_s) >= 12)
    after = loop.steps_s[2:]
    # Ten were slept through; that the first and the second may be late by themselves is two.
    assert len(after) - 1 <= (after[-1] - after[0]) / 0.05 + 2
    assert np.median(loop.late_s[2:]) < 0.015, "it is on its grid again"


def test_without_a_period_it_steps_when_it_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afil_policy.deploy.command_thread.PERIOD_S", 1000.0)
    loop = Loop(None)
    loop.thread.start()
    # Its first heartbeat is due at once, and no other one is.
    for count in range(1, 20):
        loop.until(lambda count=count: len(loop.steps_s) == count)
        loop.thread.wake()
    loop.thread.stop()
    assert len(loop.beats_s) == 1


def test_without_a_period_it_looks_at_each_heartbeat() -> None:
    loop = Loop(None)
    loop.run_until(lambda: len(loop.beats_s) >= 5)
    assert loop.order.startswith("sbsbsb")


def test_after_a_rest_at_its_end_it_says_that_it_commands_no_more() -> None:
    loop = Loop(0.05)
    loop.is_moving = True
    loop.run_until(lambda: len(loop.beats_s) >= 2)
    assert all(loop.commanding)
    loop.is_moving = False
    loop.thread.rested()
    assert loop.commanding[-1] is False


def test_what_ends_the_thread_is_told() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    loop = Loop(0.02, fail)
    loop.run_until(lambda: loop.failures)
    assert [type(f) for f in loop.failures] == [ZeroDivisionError]


def test_a_loop_that_hangs_is_left_to_the_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afil_policy.deploy.command_thread._END_S", 0.05)
    release = threading.Event()
    loop = Loop(0.05, work=lambda: release.wait(60) and None)
    loop.thread.start()
    loop.until(lambda: loop.steps_s)
    loop.thread.stop()
    before = len(loop.beats_s)
    loop.thread.rested()
    assert len(loop.beats_s) == before
    release.set()
