"""A person drives the simulated arm through a terminal, under ``ros2 launch``."""

from __future__ import annotations

import os
import pty
import select
import signal
import time

import numpy as np

from afil_core.episodes import list_episodes


class Person:
    """A command in a pseudo-terminal: what it prints, and the keys typed into it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.output = ""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)

    def see(self, text: str, timeout_s: float) -> None:
        """Read until the text appears."""
        deadline = time.monotonic() + timeout_s
        while text not in self.output:
            if not self._read(0.2) or time.monotonic() > deadline:
                raise AssertionError(f"no {text!r} in the terminal:\n{self.output}")

    def press(self, keys: str, *, times: int = 1, every_s: float = 0.04) -> None:
        """Type keys as a held key would."""
        for _ in range(times):
            os.write(self._terminal, keys.encode())
            self._read(every_s)

    def leave(self, timeout_s: float) -> int:
        """Wait for the end; the exit code."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self._read(0.2)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGINT)
        raise AssertionError(f"the launch did not end:\n{self.output}")

    def _read(self, timeout_s: float) -> bool:
        if select.select([self._terminal], [], [], timeout_s)[0]:
            try:
                self.output += os.read(self._terminal, 65536).decode(errors="replace")
            except OSError:
                return False
        return True


def test_an_episode_driven_with_keys_is_recorded(processes, tmp_path):
    demos = tmp_path / "demos"
    person = Person(
        ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=franka", "sim:=true"]
        + ["source:=keyboard", f"dataset:={demos}"],
        processes.environment(),
    )
    person.see("world is up", 60)
    person.see("i / k  forward, back", 30)
    for _ in range(20):
        person.press("r")
        time.sleep(0.5)
        person.press("h")
        if "recording episode_000000" in person.output:
            break
    person.see("the robot follows the device now", 20)
    person.press("i", times=40)
    person.press(" ")
    person.press("u", times=20)
    person.press("s")
    person.see("saved", 20)
    person.press("q")
    assert person.leave(30) == 0, person.output

    (episode,) = list_episodes(demos)
    assert episode.metadata.operator == "keyboard"
    actions = np.array([step.action for step in episode.steps()])
    forward, up = actions[:, 0].sum(), actions[:, 2].sum()
    assert forward > 0.05, "held 'i' moves the target forward"
    assert up > 0.02, "held 'u' moves the target up"
    assert actions[0, 6] > 0.07 and actions[-1, 6] < 0.01, "space closes the gripper"
