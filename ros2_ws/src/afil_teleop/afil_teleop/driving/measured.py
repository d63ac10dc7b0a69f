"""What a drive starts from, as it comes; decoded when somebody wants it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_teleop.driving.base import Drive

# Half a second of what is measured a thousand times a second.
_RECENT = 500


class Measured:
    """Messages of the streams of a drive.

    Args:
        warn: Takes what is wrong with a message.
    """

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._newest: dict[str, tuple[Observation, bytes]] = {}
        self._recent: deque[tuple[Observation, bytes]] = deque(maxlen=_RECENT)

    def add(self, stream: Observation, cdr: bytes) -> None:
        """Take a message."""
        taken = (stream, bytes(cdr))
        self._newest[stream.name] = taken
        self._recent.append(taken)

    def give(self, drive: Drive) -> None:
        """Tell a drive what came since it was told last."""
        newest, self._newest = self._newest, {}
        for name, (stream, cdr) in newest.items():
            try:
                drive.measured(name, stream.decode(cdr).value)
            except AfilError as error:
                self._warn(str(error))

    def forget(self) -> None:
        """Give only what comes from now on."""
        self._newest.clear()

    def recent(self) -> Iterator[NDArray[Any]]:
        """What was measured in the last moments, the newest first."""
        for stream, cdr in reversed(self._recent):
            try:
                yield stream.decode(cdr).value
            except AfilError:
                continue
