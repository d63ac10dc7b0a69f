"""What a person hears and sees of a recorder: bells, words, one line in place."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from afil_teleop.devices.base import Device

_SPEAKER = "espeak-ng"
_LOG = logging.getLogger(__name__)
# As in afil_interfaces/msg/RecorderStatus.
_WORDS = {
    0: "idle",
    1: "ready",
    2: "recording",
    3: "paused",
    4: "saving",
    5: "resetting",
    6: "finished",
}
_RECORDING, _PAUSED, _RESETTING = 2, 3, 5
_OPEN = (_RECORDING, _PAUSED)

Sound = Literal["speech", "bell", "none"]


@dataclass(frozen=True)
class Cue:
    """Something that a person should notice.

    Attributes:
        words: To be spoken.
        bells: To be rung.
    """

    words: str
    bells: int


class Cues:
    """Compares each status of a recorder with the one before."""

    def __init__(self) -> None:
        self._before: Any = None

    def take(self, status: Any) -> Cue | None:
        """What changed.

        Args:
            status: An ``afil_interfaces/msg/RecorderStatus``.
        """
        before, self._before = self._before, status
        if before is None:
            return None
        if status.phase != before.phase:
            return self._changed(before, status)
        if status.phase == _RECORDING and set(status.problems) - set(before.problems):
            return Cue("alarm", 3)
        return None

    def _changed(self, before: Any, status: Any) -> Cue | None:
        if status.phase in _OPEN:
            return Cue(_WORDS[status.phase], 1)
        if before.phase in _OPEN or before.phase == 4:
            if status.set_aside > before.set_aside:
                return Cue("set aside", 3)
            if status.last_episode != before.last_episode:
                return Cue("saved", 2)
            return Cue("discarded", 2)
        if _RESETTING in (status.phase, before.phase):
            return Cue(_WORDS[status.phase], 1)
        return None


def line(status: Any) -> str:
    """A recorder in one line.

    Args:
        status: An ``afil_interfaces/msg/RecorderStatus``.
    """
    parts = [_WORDS[status.phase]]
    if status.episode:
        parts.append(f"{status.episode} {status.time:.0f} s")
    if status.problems:
        # Before what a narrow terminal cuts off.
        parts.append(f"! {status.problems[0]}")
    left = f", room for {status.episodes_left}" if status.episodes_left >= 0 else ""
    parts.append(f"{status.episodes} saved{left}")
    rates = [t.rate_hz for t in status.topics if t.rate_hz]
    if rates:
        parts.append(f"{len(rates)}/{len(status.topics)} topics, {min(rates):.0f} Hz and more")
    parts.append(status.task or status.instruction)
    return " | ".join(part for part in parts if part)


class Speaker:
    """Speaks, without waiting, where ``espeak-ng`` is installed."""

    def __init__(self) -> None:
        self._program = shutil.which(_SPEAKER)
        self._running: list[subprocess.Popen[bytes]] = []
        if self._program is None:
            _LOG.info("%s is not installed: the bell rings instead", _SPEAKER)

    @property
    def can_speak(self) -> bool:
        """Whether the program is there."""
        return self._program is not None

    def say(self, words: str) -> None:
        """Speak words; what is still being said ends first."""
        if self._program is None:
            return
        self.stop()
        self._running.append(
            subprocess.Popen(
                [self._program, words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def stop(self) -> None:
        """Fall silent."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
            process.wait()
        self._running.clear()


class Announcer:
    """Tells a person what changes at a recorder.

    Args:
        sound: What is heard.
        devices: Where a line is shown and a bell rung.
    """

    def __init__(self, sound: Sound, devices: Sequence[Device]) -> None:
        self._sound, self._devices = sound, devices
        self._cues = Cues()
        self._speaker = Speaker() if sound == "speech" else None

    def take(self, status: Any) -> None:
        """Show a status, and let be heard what changed.

        Args:
            status: An ``afil_interfaces/msg/RecorderStatus``.
        """
        cue = self._cues.take(status)
        for device in self._devices:
            device.show(line(status))
        if cue is None or self._sound == "none":
            return
        if self._speaker is not None and self._speaker.can_speak:
            self._speaker.say(cue.words)
            return
        for device in self._devices:
            device.ring(cue.bells)

    def stop(self) -> None:
        """Fall silent."""
        if self._speaker is not None:
            self._speaker.stop()
