"""Watchdog: notices that commands have ceased while the robot may still move."""

from __future__ import annotations


class Watchdog:
    """Expires once when it was fed before and then not for ``timeout_s``.

    Args:
        timeout_s: Longest time between two commands, on the caller's steady clock.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._fed_s: float | None = None

    @property
    def is_fed(self) -> bool:
        """Whether commands came, and were not said to be over."""
        return self._fed_s is not None

    def feed(self, now_s: float) -> None:
        """A command was sent."""
        self._fed_s = now_s

    def rest(self) -> None:
        """The robot was stopped: nothing to watch until the next command."""
        self._fed_s = None

    def expired(self, now_s: float) -> bool:
        """Whether commands have just ceased; true once, then it rests until fed again."""
        if self._fed_s is None or now_s - self._fed_s <= self._timeout_s:
            return False
        self.rest()
        return True
