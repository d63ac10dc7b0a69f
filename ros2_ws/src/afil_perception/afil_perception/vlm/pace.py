"""How fast a server is asked, by all threads and processes together."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable
from pathlib import Path

PACE_FILE = "pace.txt"


class Pace:
    """Gives each request a time of its own.

    Args:
        per_minute: Most requests; None for no limit.
        place: File that processes share; None for this process alone.
    """

    def __init__(self, per_minute: float | None, place: Path | None = None) -> None:
        self._interval_s = 60.0 / per_minute if per_minute else 0.0
        self._place = place
        self._next_s = 0.0
        self._lock = threading.Lock()

    def wait(self, pause: Callable[[float], object]) -> None:
        """Wait until the next request may be sent.

        Args:
            pause: Waits for some seconds; raises when the run ends meanwhile.
        """
        start_s = self._moved(lambda next_s: max(next_s, time.time()), self._interval_s)
        if start_s > (now_s := time.time()):
            pause(start_s - now_s)

    def hold(self, seconds: float) -> None:
        """Let nobody send anything for a while: the server asked for it."""
        until_s = time.time() + seconds
        self._moved(lambda next_s: max(next_s, until_s), 0.0)

    def _moved(self, start: Callable[[float], float], interval_s: float) -> float:
        """Take a time, and leave the one after it to the next."""
        with self._lock:
            if self._place is None:
                taken = start(self._next_s)
                self._next_s = taken + interval_s
                return taken
            self._place.parent.mkdir(parents=True, exist_ok=True)
            with self._place.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                try:
                    next_s = float(file.read())
                except ValueError:
                    next_s = 0.0
                # A time far ahead is of a machine whose clock was wrong.
                taken = start(next_s if next_s < time.time() + 3600 else 0.0)
                file.truncate(0)
                file.write(repr(taken + interval_s).encode())
                return taken
