"""Commands as a user gives them: separate processes, an environment, exit codes, output."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from afil_core.testing import ros_environment

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """Environment of the processes: a ROS domain of their own, one thread each."""
    beside = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",
        **ros_environment(),
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        # What a machine's owner has fetched must not change what is perceived.
        "HF_HUB_CACHE": os.devnull,
    }


@dataclass(frozen=True)
class Finished:
    """A process that ended: exit code, and its stdout and stderr together."""

    code: int
    output: str


class Process:
    """A running command, with all that it started in one process group.

    Args:
        command: Program and arguments.
        cwd: Working directory.
    """

    def __init__(self, command: Sequence[str], cwd: Path | None = None) -> None:
        # Open as long as the process may write to it.
        self._log = tempfile.TemporaryFile("w+b")  # noqa: SIM115
        program = shutil.which(command[0], path=environment()["PATH"]) or command[0]
        self._process = subprocess.Popen(
            [program, *command[1:]],
            env=environment(),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def wait(self, timeout_s: float) -> Finished:
        """Wait for the end; a process that takes too long fails the test with its output."""
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(
                f"{self._process.args!r} did not end within {timeout_s:g} s:\n{self.output}"
            ) from None
        return Finished(code, self.output)

    def wait_for(self, text: str, timeout_s: float, *, count: int = 1) -> None:
        """Wait until the output has ``text``, so many times."""
        deadline = time.monotonic() + timeout_s
        while self.output.count(text) < count:
            if not self.running or time.monotonic() > deadline:
                raise AssertionError(f"no {text!r} from {self._process.args!r}:\n{self.output}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL), without any chance to clean up."""
        self._signal(signal.SIGKILL)
        self._process.wait(60)

    def stop(self) -> Finished:
        """End it as Ctrl-C would, and make sure that nothing of it is left."""
        # The id of one that has ended, and left nothing behind, may be another's by now.
        if self.running:
            self._signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        # Whatever the command started and did not end.
        self._signal(signal.SIGKILL)
        return Finished(self._process.returncode, self.output)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


class Person:
    """A command in a pseudo-terminal: what it prints, and the keys typed into it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.output = ""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)

    def stop(self) -> None:
        """End it by SIGTERM."""
        os.kill(self.pid, signal.SIGTERM)
        self.leave(20)

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


def ros2(*words: str, timeout_s: float = 180, cwd: Path | None = None) -> Finished:
    """Run ``ros2 ...`` to its end."""
    return Process(["ros2", *words], cwd).wait(timeout_s)


def succeed(*words: str, timeout_s: float = 180, cwd: Path | None = None) -> str:
    """Run ``ros2 ...``, which must exit with 0; its output."""
    finished = ros2(*words, timeout_s=timeout_s, cwd=cwd)
    assert finished.code == 0, (
        f"ros2 {' '.join(words)} ended with {finished.code}:\n{finished.output}"
    )
    return finished.output


def refuse(*words: str, timeout_s: float = 120, cwd: Path | None = None) -> str:
    """Run ``ros2 ...``, which must fail with a sentence and no traceback; its output."""
    finished = ros2(*words, timeout_s=timeout_s, cwd=cwd)
    assert finished.code != 0, f"ros2 {' '.join(words)} did not fail:\n{finished.output}"
    assert "Traceback" not in finished.output, finished.output
    return finished.output
