"""The life of a node's process: how it starts, is interrupted, and ends; on any rclpy."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("node_program.py")
# Domains of their own: nodes that see each other wake each other up.
DOMAINS = range(1, 60)
END_S = 30.0


@pytest.fixture
def start():
    """Function: starts ``node_program.py`` in one of its ways, in a domain of its own."""
    # Where the tests themselves run under nohup, their children would not hear it.
    hang_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    processes = []

    def run(way: str, *ros_args: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(PROGRAM), way]
        command += ["--ros-args", *ros_args] if ros_args else []
        domain = DOMAINS[(os.getpid() + len(processes)) % len(DOMAINS)]
        local = {"ROS_DOMAIN_ID": str(domain), "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env={**os.environ, **local},
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield run
    signal.signal(signal.SIGHUP, hang_up)
    for process in processes:
        # With all that it has forked.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def said(process: subprocess.Popen[str], line: str) -> None:
    """Read what a process prints until a line comes."""
    assert process.stdout is not None
    for got in process.stdout:
        if got.strip() == line:
            return
    raise AssertionError(f"no {line!r}: {process.communicate()[1]}")


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    # Closes its stdin, too.
    out, err = process.communicate(timeout=END_S)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_an_idle_node_in_order(start, number):
    process = start("idle")
    said(process, "ready")
    process.send_signal(number)
    assert finish(process) == (0, "closed while ROS works\n", "")


def test_no_idle_node_hangs_at_ctrl_c(start):
    # rclpy's own handler wakes the executor before it ends the context: some would wait for ever.
    chance = random.Random(0)
    for turn in range(4):
        domains = DOMAINS[6 * turn : 6 * turn + 6]
        process = start(",".join(["many", *map(str, domains)]))
        lines = [process.stdout.readline().strip() for _ in range(1 + len(domains))]
        assert lines.count("ready") == len(domains), lines
        (told,) = set(lines) - {"ready"}
        nodes = [int(pid) for pid in told.split()]
        for node in nodes:
            time.sleep(chance.uniform(0.0, 0.02))
            os.kill(node, signal.SIGINT)
        _, out, _ = finish(process)
        assert out.splitlines()[-1] == str([0] * len(nodes))


def test_a_callback_that_runs_is_not_cut(start):
    process = start("busy")
    said(process, "in the callback")
    process.send_signal(signal.SIGINT)
    assert finish(process) == (0, "callback done\nclosed while ROS works\n", "")


def test_a_second_ctrl_c_breaks_into_a_callback_that_hangs(start):
    process = start("hanging")
    said(process, "in the callback")
    process.send_signal(signal.SIGINT)
    time.sleep(1.3)
    process.send_signal(signal.SIGINT)
    assert finish(process) == (130, "closed while ROS works\n", "interrupted\n")


def test_ctrl_c_while_a_node_is_made_breaks_in(start):
    process = start("slow")
    said(process, "making")
    process.send_signal(signal.SIGINT)
    assert finish(process) == (130, "", "interrupted\n")


def test_more_signals_do_not_cut_the_end(start):
    process = start("lingering")
    said(process, "ready")
    process.send_signal(signal.SIGINT)
    said(process, "closing")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process.send_signal(number)
        time.sleep(0.02)
    assert finish(process) == (0, "closed while ROS works\n", "")


def test_a_node_ends_by_itself_with_its_exit_code(start):
    assert finish(start("counting")) == (3, "ready\nclosed while ROS works\n", "")


def test_an_error_in_a_callback_is_a_sentence_and_the_node_is_closed(start):
    code, out, err = finish(start("failing"))
    assert (code, err) == (2, "error: the camera is gone\n")
    assert out.endswith("closed while ROS works\n")


def test_a_context_that_a_callback_ends_is_a_quiet_end(start):
    assert finish(start("quitting")) == (0, "ready\nclosed\n", "")


@pytest.mark.parametrize(
    ("ros_args", "words"),
    [
        (["-p", "rate:=3"], ["'rate'", "INTEGER", "DOUBLE"]),
        (["-p", "rate:=[1.0, 2]"], ["rate:=[1.0, 2]", "same type"]),
        (["-p", "rate"], ["override rule", "rate"]),
        (["--params-file", "/nowhere.yaml"], ["/nowhere.yaml"]),
        (["--no-such-flag"], ["--no-such-flag"]),
        (["-r", "__ns:=/3x"], ["/3x"]),
    ],
)
def test_wrong_ros_arguments_are_a_sentence(start, ros_args, words):
    code, _, err = finish(start("idle", *ros_args))
    # rcl prints lines of its own before.
    sentence = err.splitlines()[-1]
    assert code == 2 and sentence.startswith("error: node_program.py: "), err
    assert all(word in sentence for word in words), sentence
    assert "Traceback" not in err and "/src/" not in sentence
