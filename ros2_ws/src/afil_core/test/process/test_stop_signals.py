"""What a signal does while a program starts, works and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from afil_core.process.stop_signals import STOP_SIGNALS, StopSignals

WORK = """
import os, sys, time
from afil_core.errors import run
from afil_core.process.stop_signals import StopSignals

def work():
    with StopSignals() as signals:
        try:
            print("working", flush=True)
            try:
                time.sleep(30)
            except KeyboardInterrupt:
                if "swallow" not in sys.argv:
                    raise
                signals.check()
                print("went on", flush=True)
        finally:
            print("tidying", flush=True)
            time.sleep(float(sys.argv[1]))
            print("tidy", flush=True)

sys.exit(run(work))
"""


@pytest.fixture(autouse=True)
def _handlers():
    """Gives the test's process its handlers back."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_all_three_are_handled():
    assert set(STOP_SIGNALS) == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_while_a_program_starts_a_signal_breaks_in(number):
    with pytest.raises(KeyboardInterrupt), StopSignals():
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_between_steps_a_signal_lets_the_step_end(number):
    done = []
    with StopSignals() as stop:
        stop.between_steps()
        assert not stop.requested
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGINT)  # the same Ctrl-C, passed on by launch
        done.append("step")
        assert stop.requested and done == ["step"]


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORK, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_every_signal_ends_the_work_which_tidies_up(number):
    process = start("0")
    process.send_signal(number)
    assert process.communicate(timeout=30) == ("tidying\ntidy\n", "interrupted\n")
    assert process.returncode == 130


def test_the_same_ctrl_c_from_two_senders_does_not_break_into_the_tidying_up():
    process = start("0.5")
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None and process.stdout.readline() == "tidying\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("tidy\n", "interrupted\n")


def test_a_tidying_up_that_hangs_is_ended_by_a_later_signal():
    process = start("30")
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None and process.stdout.readline() == "tidying\n"
    time.sleep(1.2)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30) == ("", "interrupted\n")


def test_an_interrupt_that_a_library_took_for_an_error_is_raised_again():
    process = start("0", "swallow")
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30) == ("tidying\ntidy\n", "interrupted\n")


def test_a_later_signal_breaks_into_a_step_that_hangs(monkeypatch):
    now_s = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    with StopSignals() as stop:
        stop.between_steps()
        os.kill(os.getpid(), signal.SIGINT)
        now_s[0] += 5.0
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_an_end_is_not_cut_short(number):
    with StopSignals() as stop:
        stop.never()
        os.kill(os.getpid(), number)


def test_nor_is_what_the_interpreter_does_after_it():
    with StopSignals() as stop:
        stop.never()
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGHUP)
    # What hangs there can be ended.
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_program_under_nohup_outlives_its_terminal():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with StopSignals():
        os.kill(os.getpid(), signal.SIGHUP)


def test_afterwards_the_handlers_of_before_are_back():
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    with StopSignals() as stop:
        stop.between_steps()
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before


def test_a_second_thread_changes_no_handler():
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    seen = []

    def work():
        with StopSignals():
            seen.extend(signal.getsignal(number) for number in STOP_SIGNALS)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == before


def test_children_of_an_ending_program_can_be_stopped():
    with StopSignals() as stop:
        stop.never()
        sleep = "import time; print('up', flush=True); time.sleep(30)"
        child = subprocess.Popen([sys.executable, "-c", sleep], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        child.terminate()
        assert child.wait(30) == -signal.SIGTERM
        child.stdout.close()
