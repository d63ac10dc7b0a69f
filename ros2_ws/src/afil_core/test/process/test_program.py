"""A Ctrl-C in a program's first second is no traceback; afterwards its main is as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

SLOW = """
import os, time
print("importing", flush=True)
end = time.monotonic() + 20
class Fragile:
    def __del__(self):
        time.sleep(0.002)  # an exception here would be printed and forgotten
while time.monotonic() < end:
    try:
        Fragile()
    except BaseException:
        pass
"""
MAIN = """
import signal, time
from afil_core.errors import AfilError
def main():
    print("main", flush=True)
    {}
"""
RUN = "import sys; from afil_core.process.program import start; sys.exit(start.rooms.program())"


@pytest.fixture
def program(tmp_path):
    """Function: starts a program whose module is this text."""
    started = []

    def begin(text: str, before: str = "") -> subprocess.Popen[str]:
        (tmp_path / "rooms").mkdir()
        (tmp_path / "rooms" / "program.py").write_text(text)
        process = subprocess.Popen(
            [sys.executable, "-c", before + RUN],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path[1:]])},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


# Also where the tests run in the background, where a shell has it ignored.
HEARD = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_ctrl_c_while_a_program_is_imported_is_one_word(program):
    process = program(SLOW, HEARD)
    assert process.stdout.readline() == "importing\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "", "interrupted\n")


def test_in_its_main_it_is_the_programs(program):
    process = program(MAIN.format("time.sleep(20)"), HEARD)
    assert process.stdout.readline() == "main\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "", "interrupted\n")


def test_where_it_is_ignored_it_stays_so(program):
    process = program(MAIN.format("print(signal.getsignal(2) is signal.SIG_IGN)"), DEAF)
    assert ended(process) == (0, "main\nTrue\n", "")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [("return 3", 3, ""), ("raise AfilError('no camera')", 2, "error: no camera\n")],
)
def test_its_end_is_that_of_its_main(program, line, code, said):
    assert ended(program(MAIN.format(line))) == (code, "main\n", said)
