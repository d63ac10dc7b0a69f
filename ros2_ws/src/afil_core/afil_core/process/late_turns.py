"""A process that had no processor for a while takes what has come before it misses anything."""

from __future__ import annotations

import time
from collections.abc import Callable


class LateTurns:
    """Tells a look at what is missing from one that only this process is late for.

    An executor's timers come before its subscriptions. Where a process was held up, the first look
    after that would find a silence whose end waits in its own queue. So it is put off by one turn,
    in which what waits is taken; never by two, since a robot must not wait for a busy machine.

    Args:
        late_s: A turn that comes so long after the one before is late, s.
        wall_s: Steady clock, seconds.
    """

    def __init__(self, late_s: float, wall_s: Callable[[], float] = time.monotonic) -> None:
        self._late_s, self._wall_s = late_s, wall_s
        self._turned_s = wall_s()
        self._is_put_off = False

    def puts_off(self) -> bool:
        """Whether this turn, which begins now, is to leave its look to the next one."""
        now_s = self._wall_s()
        is_late = now_s - self._turned_s > self._late_s
        self._turned_s = now_s
        self._is_put_off = is_late and not self._is_put_off
        return self._is_put_off
