"""Single key presses through a pseudo-terminal."""

import os
import pty
import termios
import time

import pytest

from afil_core.errors import AfilError
from afil_teleop.devices.terminal import Terminal


@pytest.fixture
def terminal_pair():
    controller, device = pty.openpty()
    yield controller, os.ttyname(device), device
    os.close(controller)
    os.close(device)


def read_keys(terminal, wanted):
    keys = ""
    deadline = time.monotonic() + 5
    while len(keys) < wanted and time.monotonic() < deadline:
        keys += terminal.read()
        time.sleep(0.01)
    return keys


def test_keys_come_without_enter(terminal_pair):
    controller, path, _ = terminal_pair
    with Terminal(path) as terminal:
        assert terminal.read() == ""
        os.write(controller, b"iU ")
        assert read_keys(terminal, 3) == "iU "


def test_the_terminal_is_given_back_as_it_was_even_after_an_error(terminal_pair):
    _, path, device = terminal_pair
    before = termios.tcgetattr(device)
    with pytest.raises(RuntimeError), Terminal(path):
        assert termios.tcgetattr(device) != before
        raise RuntimeError
    assert termios.tcgetattr(device) == before


def test_without_a_terminal_the_error_says_what_to_do(tmp_path):
    with pytest.raises(AfilError, match="interactive shell"):
        Terminal(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(AfilError, match="is not a terminal"):
        Terminal(tmp_path / "file")
