"""Progress of long work as plain lines, so that it reads the same in a terminal and in a log."""

from __future__ import annotations

import time
from collections.abc import Callable


class Progress:
    """Prints ``label 12/60 (20 %), 3.1 s left: detail`` at most every ``interval_s`` seconds.

    Args:
        label: What is being done.
        total: How many units there are.
        interval_s: Least time between two lines; the first and the last are always printed.
        done: Units that an earlier run did already; they do not count for the time left.
        write: Where the lines go.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        label: str,
        total: int,
        *,
        interval_s: float = 2.0,
        done: int = 0,
        write: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label = label
        self._total = total
        self._interval_s = interval_s
        self._start_done = done
        self._done = done
        self._write = write or _print_line
        self._clock = clock
        self._started = clock()
        self._last_line: float | None = None

    def advance(self, units: int = 1, detail: str | Callable[[], str] = "") -> None:
        """Count ``units`` as done and print a line if one is due.

        Args:
            units: How many.
            detail: End of the line; a function is only called when a line is due.
        """
        self._done += units
        now = self._clock()
        due = self._last_line is None or now - self._last_line >= self._interval_s
        if due or self._done >= self._total:
            self._last_line = now
            self._write(self._line(now, detail() if callable(detail) else detail))

    def _line(self, now: float, detail: str) -> str:
        percent = 100 * self._done // max(self._total, 1)
        line = f"{self._label} {self._done}/{self._total} ({percent} %)"
        here = self._done - self._start_done
        if here > 0 and self._done < self._total:
            left = (now - self._started) / here * (self._total - self._done)
            line += f", {left:.0f} s left"
        return f"{line}: {detail}" if detail else line


def _print_line(line: str) -> None:
    print(line, flush=True)
