"""Device ``keys``: the episode keys of the terminal, beside another device or driver."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_teleop.devices.base import Device, EpisodeKey
from afil_teleop.devices.key_maps import Held
from afil_teleop.devices.terminal import Terminal

REQUESTS = {
    "r": EpisodeKey.START,
    "p": EpisodeKey.PAUSE,
    "s": EpisodeKey.SAVE,
    "f": EpisodeKey.SAVE_FAILURE,
    "d": EpisodeKey.DISCARD,
    "\r": EpisodeKey.ADVANCE,
    "\n": EpisodeKey.ADVANCE,
    "x": EpisodeKey.RERECORD,
    "\x7f": EpisodeKey.DELETE,
    "\b": EpisodeKey.DELETE,
    "z": EpisodeKey.RESTORE,
    "y": EpisodeKey.KEEP,
    "n": EpisodeKey.NEXT_TASK,
    "e": EpisodeKey.RESET,
    "t": EpisodeKey.TAKE_OVER,
    "q": EpisodeKey.QUIT,
}
# A second time they mean the opposite, or another episode: one that is held counts once.
_ONCE = "p\r\n\x7f\bznt"
# What a terminal sends for arrows, F1 and the like, or for a letter with Alt.
_SPECIAL = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.|.)?", re.S)
HELP = """\
  r  start               Enter      start, go on, save   n  next task
  p  pause, go on        x          record again         e  reset the scene
  s  save as success     Backspace  delete the last      t  take over, hand back
  f  save as failure     z          restore it           h  this help
  d  discard             y          keep what was set aside
  q  quit"""


class TerminalDevice(Device):
    """A device that reads keys from the controlling terminal, which a launch leaves alone."""

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        self._terminal: Terminal | None = None
        self._before = Held()

    def open(self) -> None:
        """Take keys from the terminal."""
        self._terminal = Terminal(Path("/dev/tty"))

    def close(self) -> None:
        """Give the terminal back."""
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    def poll(self, now_s: float) -> None:
        """Take the keys pressed since the last call."""
        typed = self._terminal.read() if self._terminal is not None else ""
        for key in _SPECIAL.sub("", typed):
            self.press(key, now_s)

    def show(self, text: str) -> None:
        """A line that the next one overwrites."""
        if self._terminal is not None:
            self._terminal.write(f"\r\x1b[K{text[: self._terminal.columns - 1]}\r")

    def ring(self, times: int) -> None:
        """The terminal's bell."""
        if self._terminal is not None:
            self._terminal.write("\a" * times)

    def press(self, key: str, now_s: float) -> None:
        """Take a key press.

        Args:
            key: One character.
            now_s: Monotonic wall time, s.
        """
        repeats = self._before.repeats(key, now_s) and key in _ONCE
        if key in REQUESTS and not repeats:
            self.ask(REQUESTS[key])
        elif key == "h":
            self.say(self.help)


class EpisodeKeys(TerminalDevice):
    """Keys that mean episodes and move nothing."""

    moves = False
    help = HELP

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """Nothing."""
        del now_s, period_s
        return None
