"""The commands of one topic by their stamps, decoded when one is asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from afil_core.commands.base import Command
from afil_core.topic_kind import Decoded

Values = NDArray[np.float64]


class CommandSeries:
    """Commands of one topic; late ones are sorted in.

    Args:
        command: The topic.

    Attributes:
        used_ns: Log times of the commands that were asked for since somebody cleared the list.
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self._stamps: list[int] = []
        self._messages: list[bytes | Decoded] = []
        self._logged: list[int] = []
        self.used_ns: list[int] = []

    def __len__(self) -> int:
        return len(self._stamps)

    @property
    def newest_ns(self) -> int | None:
        """Stamp of the newest command; None when there is none."""
        return self._stamps[-1] if self._stamps else None

    def add(self, stamp_ns: int, cdr: bytes, logged_ns: int) -> None:
        """Add a command as it was received, with its log time."""
        if not self._stamps or stamp_ns >= self._stamps[-1]:
            self._stamps.append(stamp_ns)
            self._messages.append(cdr)
            self._logged.append(logged_ns)
            return
        index = bisect_right(self._stamps, stamp_ns)
        self._stamps.insert(index, stamp_ns)
        self._messages.insert(index, cdr)
        self._logged.insert(index, logged_ns)

    def before(self, stamp_ns: int) -> Values | None:
        """The last command before a stamp.

        Raises:
            AfilError: When it is malformed.
        """
        index = bisect_left(self._stamps, stamp_ns)
        return self._value(index - 1) if index else None

    def after(self, stamp_ns: int, until_ns: int) -> Values | None:
        """The first command after a stamp, up to another one.

        Raises:
            AfilError: When it is malformed.
        """
        index = bisect_right(self._stamps, stamp_ns)
        found = index < len(self._stamps) and self._stamps[index] <= until_ns
        return self._value(index) if found else None

    def forget_before(self, stamp_ns: int) -> None:
        """Drop what no later tick asks for: all but the last command before a stamp."""
        index = bisect_left(self._stamps, stamp_ns) - 1
        if index > 0:
            del self._stamps[:index]
            del self._messages[:index]
            del self._logged[:index]

    def clear(self) -> None:
        """Drop everything."""
        self._stamps.clear()
        self._messages.clear()
        self._logged.clear()

    def _value(self, index: int) -> Values:
        self.used_ns.append(self._logged[index])
        message = self._messages[index]
        if not isinstance(message, Decoded):
            message = self._messages[index] = self.command.decode(message)
        return message.value
