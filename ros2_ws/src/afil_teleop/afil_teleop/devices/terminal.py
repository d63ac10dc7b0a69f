"""Single key presses from the controlling terminal, which is given back as it was."""

from __future__ import annotations

import contextlib
import os
import select
import termios
import tty
from pathlib import Path
from types import TracebackType

from afil_core.errors import AfilError

# Where a terminal does not tell.
_COLUMNS = 80


class Terminal:
    """Reads keys without waiting for Enter, also under ``ros2 launch``, which takes stdin away.

    Args:
        path: The terminal device.

    Raises:
        AfilError: When there is no terminal to read from.
    """

    def __init__(self, path: Path = Path("/dev/tty")) -> None:
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        except OSError as error:
            raise AfilError(
                f"the keyboard needs a terminal, and {path} cannot be opened "
                f"({error.strerror}); run in an interactive shell (with docker: -it)"
            ) from error
        try:
            self._saved = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd, termios.TCSANOW)
        except termios.error as error:
            os.close(self._fd)
            raise AfilError(f"{path} is not a terminal; run in an interactive shell") from error
        self._closed = False

    def read(self) -> str:
        """The keys pressed since the last call; empty when there are none. Does not wait."""
        if not select.select([self._fd], [], [], 0)[0]:
            return ""
        return os.read(self._fd, 1024).decode("utf-8", errors="ignore")

    @property
    def columns(self) -> int:
        """Its width."""
        try:
            return os.get_terminal_size(self._fd).columns or _COLUMNS
        except OSError:
            return _COLUMNS

    def write(self, text: str) -> None:
        """Write text as it is; a terminal that does not take it at once loses it."""
        with contextlib.suppress(OSError):
            os.write(self._fd, text.encode())

    def close(self) -> None:
        """Give the terminal back as it was."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._saved)
        os.close(self._fd)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
