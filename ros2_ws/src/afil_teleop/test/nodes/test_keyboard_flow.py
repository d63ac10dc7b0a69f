"""A person at the keys of a pseudo-terminal, from the first episode to the last."""

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from afil_core.episodes import list_episodes

FAKE_CAR = Path(__file__).with_name("fake_car.py")


class Terminal:
    """A program in a pseudo-terminal: what it prints, and the keys typed into it."""

    def __init__(self, command):
        self.output = ""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)

    def see(self, text, timeout_s=60.0):
        """Read until a text comes; what came before it is forgotten."""
        deadline = time.monotonic() + timeout_s
        while text not in self.output:
            assert self._read(0.1) and time.monotonic() < deadline, f"no {text!r}:\n{self.output}"
        self.output = self.output.partition(text)[2]

    def press(self, key, text="", timeout_s=60.0):
        """Type a key, and see what it does."""
        os.write(self._fd, key.encode())
        if text:
            self.see(text, timeout_s)

    def press_until(self, key, text):
        """Type a key again and again."""
        for _ in range(40):
            self.press(key)
            deadline = time.monotonic() + 0.5
            while time.monotonic() < deadline:
                self._read(0.1)
            if text in self.output:
                self.output = self.output.partition(text)[2]
                return
        raise AssertionError(f"no {text!r}:\n{self.output}")

    def hold(self, key, seconds):
        """Type a key as a held one repeats itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.press(key)
            self._read(0.04)

    def leave(self, timeout_s=45.0):
        """Wait for the end; the exit code."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self._read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it did not end:\n{self.output}")

    def stop(self):
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    def _read(self, timeout_s):
        if select.select([self._fd], [], [], timeout_s)[0]:
            try:
                self.output += os.read(self._fd, 65536).decode(errors="replace")
            except OSError:
                return False
        return True


@pytest.fixture
def terminal(program):
    """Function that starts a teleoperation in a terminal."""
    opened = []

    def run(*parameters):
        options = [part for text in parameters for part in ("-p", text)]
        opened.append(Terminal([*program("teleop_node"), *options]))
        return opened[-1]

    yield run
    for one in opened:
        one.stop()


def names(dataset):
    return sorted(p.name for p in dataset.glob("episode_*"))


def test_a_person_records_with_keys(robot, recorder, terminal, tmp_path):
    demos = tmp_path / "demos"
    process = recorder("-p", "instruction:=lift the carrot | put it back")
    robot("--undriven")
    person = terminal()
    person.see("Backspace  delete the last")
    # Fast DDS may take 3 s to show the recorder's services.
    person.press_until("s", "cannot save: no episode is being recorded")
    person.press_until("r", "recording episode_000000")
    person.press("r", "save or discard it first")
    person.hold("i", 1.0)
    person.press("p", "paused episode_000000")
    person.hold("k", 0.5)
    person.press("q", "cannot quit")
    person.press("p", "recording episode_000000 again")
    person.hold("u", 0.6)
    person.press("s", "as a success")
    assert names(demos) == ["episode_000000"]
    person.see("saved")

    person.press_until("r", "recording episode_000001")
    person.hold("i", 0.4)
    person.press("d", "discarded episode_000001")
    assert names(demos) == ["episode_000000"]
    person.press("n", "the next episode is of: put it back")
    person.press("\r", "recording episode_000001")
    person.hold("k", 0.6)
    person.press("x", "recording episode_000001")
    person.hold("k", 0.8)
    person.press("\r", "as a success")
    person.press("x", "to the trash")
    person.see("recording episode_000002")
    person.hold("k", 0.8)
    person.press("f", "as a failure")
    person.press("\x7f", "moved episode_000002 to the trash")
    assert names(demos) == ["episode_000000"]
    person.press("z", "episode_000002 is back")
    person.press("\x7f", "moved episode_000002 to the trash")
    person.press("y", "has set no episode aside")
    person.press("e", "no reset is set up")
    person.press("t", "no policy drives")
    person.press("h", "Enter      start")
    person.press("q", "the session is over")
    assert person.leave() == 0
    assert process.wait() == 0
    assert "1 episode(s)" in process.output and "2 deleted" in process.output
    assert "1 success" in process.output and "2 discarded" in process.output

    (episode,) = list_episodes(demos)
    assert episode.metadata.instruction == "lift the carrot"
    actions = np.array([step.action for step in episode.steps()])
    assert actions[:, 0].max() > 0 and actions[:, 0].min() >= 0, "the pause is not in it"
    assert actions[:, 2].sum() > 0.02
    assert names(demos / ".trash") == ["episode_000001", "episode_000002"]


def test_a_person_drives_a_car_with_keys(start, recorder, terminal, tmp_path):
    recorder("-p", "robot:=carla", "-p", "instruction:=follow the road")
    start([sys.executable, str(FAKE_CAR)])
    person = terminal("robot:=carla")
    person.see("forward, left and right")
    person.press_until("r", "recording episode_000000")
    person.hold("i", 1.0)
    person.hold("o", 1.0)
    time.sleep(1.5)
    person.press("s", "as a success")
    person.press("q", "the session is over")
    assert person.leave() == 0
    (episode,) = list_episodes(tmp_path / "demos")
    actions = np.array([step.action for step in episode.steps()])
    assert actions[:, 0].max() == pytest.approx(0.5)
    assert actions[:, 1].max() > 0.5 and actions[:, 1].min() == 0.0, "right is positive"
    assert actions[-1].tolist() == [0, 0, 1], "nobody drives: it brakes"
