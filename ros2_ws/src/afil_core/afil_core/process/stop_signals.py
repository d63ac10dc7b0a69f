"""Ctrl-C, SIGTERM and a closed terminal: one object that says what they do at each moment."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Final, Literal

# Windows has no SIGHUP.
_HANG_UP: Final = getattr(signal, "SIGHUP", None)
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, *([_HANG_UP] if _HANG_UP else []))
# The terminal and launch both send one.
ONE_CTRL_C_S: Final = 1.0


class StopSignals:
    """While entered, the signals that end a process do what this object says.

    At first one breaks in at once (KeyboardInterrupt), as a program that starts wants it, and
    work in the main thread whose results appear whole or not at all. A loop calls
    :meth:`between_steps` and looks at :attr:`requested`: an interrupt in the middle of a step
    could cut a bag's chunk in two, or come out of a library as any other error. An end that must
    not be cut short (a robot is stopped, a file is closed) calls :meth:`never`.

    What follows within a second is the same Ctrl-C, passed on by launch, and does nothing: what
    tidies up is left in peace. A later one breaks in, for a step that hangs.

    Outside of the main thread nothing is changed, as Python lets only that thread handle signals.
    At the exit the handlers of before come back. Once a signal came, or after :meth:`never`, the
    process is about to end: only a SIGTERM can break into what the interpreter still does.
    """

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._when: Literal["at once", "between steps", "never"] = "at once"
        self._previous: dict[int, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether a signal asked for the end."""
        return self._last_s is not None

    def check(self) -> None:
        """Raise once more what a library may have taken for an error of its own.

        Raises:
            KeyboardInterrupt: A signal came.
        """
        if self.requested:
            raise KeyboardInterrupt

    def at_once(self) -> None:
        """From now on a signal raises KeyboardInterrupt where the main thread is."""
        self._when = "at once"

    def between_steps(self) -> None:
        """From now on a signal sets :attr:`requested` and lets the step that runs end."""
        self._when = "between steps"

    def never(self) -> None:
        """From now on only SIGKILL ends the process."""
        self._when = "never"

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in STOP_SIGNALS:
                # Who started us with nohup wants to close the terminal and have us go on.
                if number != _HANG_UP or signal.getsignal(number) is not signal.SIG_IGN:
                    self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        ends = self.requested or self._when == "never"
        for number, handler in self._previous.items():
            if not ends:
                signal.signal(number, handler)
            else:
                # The interpreter would give a handler up for the default, which kills.
                ignored = number != signal.SIGTERM
                signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._when == "never":
            return
        now_s = time.monotonic()
        is_first = self._last_s is None
        if self._last_s is not None and now_s - self._last_s < ONE_CTRL_C_S:
            return
        self._last_s = now_s
        if not is_first or self._when == "at once":
            raise KeyboardInterrupt
