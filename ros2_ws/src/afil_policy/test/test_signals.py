"""Signals: the first one ends the work, further ones do not cut the ending short."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from afil_policy.signals import StopRequest, ignore_signals, interrupt_on_signals

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Gives the test's process its handlers back."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_interrupts_once(number: signal.Signals) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    interrupt_on_signals()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    ignore_signals()
    os.kill(os.getpid(), number)


def test_a_program_under_nohup_outlives_its_terminal() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interrupt_on_signals()
    os.kill(os.getpid(), signal.SIGHUP)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_lets_the_callback_that_runs_end(number: signal.Signals) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    stop = StopRequest()
    assert not stop.is_made
    os.kill(os.getpid(), number)
    os.kill(os.getpid(), signal.SIGINT)  # the same Ctrl-C, passed on by launch
    assert stop.is_made


def test_a_later_signal_breaks_a_callback_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = StopRequest()
    os.kill(os.getpid(), signal.SIGINT)
    later_s = time.monotonic() + 5.0
    monkeypatch.setattr("time.monotonic", lambda: later_s)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop.is_made
