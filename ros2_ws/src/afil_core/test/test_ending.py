"""Signals that end work: each ends it at once and once, and the tidying up is left in peace."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

WORK = """
import os, sys, time
from afil_core.errors import run
from afil_core.process.ending import ended_by_signals

def work():
    with ended_by_signals() as ending:
        try:
            print("working", flush=True)
            try:
                time.sleep(30)
            except KeyboardInterrupt:
                if "swallow" not in sys.argv:
                    raise
                ending.check()
                print("went on", flush=True)
        finally:
            print("tidying", flush=True)
            time.sleep(float(sys.argv[1]))
            print("tidy", flush=True)

sys.exit(run(work))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_signal_ends_the_work_which_tidies_up(number: signal.Signals) -> None:
    process = start("0")
    process.send_signal(number)
    rest, _ = process.communicate(timeout=10)
    assert (rest, process.returncode) == ("tidying\ntidy\n", 130)


def test_a_second_interrupt_does_not_break_into_the_tidying_up() -> None:
    process = start("0.5")
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None and process.stdout.readline() == "tidying\n"
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=10)
    assert (rest, process.returncode) == ("tidy\n", 130)


def test_a_tidying_up_that_hangs_can_be_killed() -> None:
    process = start("30")
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None and process.stdout.readline() == "tidying\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == -signal.SIGTERM


def test_an_interrupt_that_a_library_took_for_an_error_is_raised_again() -> None:
    process = start("0", "swallow")
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=10)
    assert (rest, process.returncode) == ("tidying\ntidy\n", 130)


def test_outside_the_block_signals_are_as_before() -> None:
    from afil_core.process.ending import ended_by_signals

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with ended_by_signals() as ending:
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    ending.check()
