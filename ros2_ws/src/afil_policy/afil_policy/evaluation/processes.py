"""The deployed system as a child process that never outlives the evaluation."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from afil_core.errors import AfilError

# Launch needs seconds to end its nodes in order; after that they are not asked any more.
_GRACE_S = (15.0, 5.0, 5.0)
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


class ProcessGroup:
    """A command in a process group of its own, with its output in a file.

    Leaving the context ends the whole group: first politely, so that the nodes stop their
    robot, then for good.

    Args:
        command: The command line.
        log: File for its output; overwritten.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._command = list(command)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> ProcessGroup:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._log.open("wb")
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            for number, grace_s in zip(_SIGNALS, _GRACE_S, strict=True):
                if not self._signal(number):
                    break
                self._wait(grace_s)
        if self._file is not None:
            self._file.close()

    def require_alive(self) -> None:
        """Check that the command still runs.

        Raises:
            AfilError: With the last error that it printed, when it has ended.
        """
        if self._process is not None and self._process.poll() is not None:
            raise AfilError(
                f"the deployed system has ended ({last_error(self._log)}); its output is in "
                f"{self._log}"
            )

    def _signal(self, number: int) -> bool:
        """Signal what is left of the group; False when nothing is."""
        assert self._process is not None
        ended = self._process.poll() is not None
        try:
            if number == signal.SIGINT and not ended:
                # A launch without a terminal passes it on: nodes would get it twice.
                os.kill(self._process.pid, number)
            else:
                os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _wait(self, seconds: float) -> None:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


def last_error(log: Path) -> str:
    """The sentence with which a process ended, or else the last line that reports an error."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    sentences = [line.split("error: ", 1)[1] for line in lines if "error: " in line]
    if sentences:
        # What comes after the first one are its consequences.
        return sentences[0]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it printed nothing"])[-1]
