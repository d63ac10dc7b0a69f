"""What a device is: events in, motion and episode keys out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_core.topics import Qos

# A device that says nothing for so long is let go, or broken: the robot rests.
SILENCE_S = 0.2


class EpisodeKey(Enum):
    """What a person asks of the recorder; the value is the name of the recorder's service.

    ``TAKE_OVER`` is asked of the teleoperation itself: to take over from a policy, and to hand
    back.
    """

    START = "start"
    PAUSE = "pause"
    SAVE = "save"
    SAVE_FAILURE = "save_failure"
    DISCARD = "discard"
    ADVANCE = "advance"
    RERECORD = "rerecord"
    DELETE = "delete"
    RESTORE = "restore"
    KEEP = "keep"
    NEXT_TASK = "next_task"
    RESET = "reset"
    QUIT = "quit"
    TAKE_OVER = "take_over"


@dataclass(frozen=True)
class Source:
    """A topic that a device listens to.

    Attributes:
        topic: Its name; relative names are resolved in the node's namespace.
        type: Its type.
        qos: What the subscriber asks for.
    """

    topic: str
    type: str
    qos: Qos = Qos()


class Device(ABC):
    """A person's hand on the robot; a device is a subclass.

    A subclass takes its events in :meth:`poll` (what it reads by itself) or :meth:`receive` (what
    comes on topics), calls :meth:`heard` for each, and says in :meth:`step` what they ask for. It
    knows no ROS.

    Args:
        config: Its options.
        contract: Contract of the robot.

    Raises:
        AfilError: When the device can't move such a robot.

    Attributes:
        moves: Whether it moves a robot; one that does not has episode keys alone.
        sources: Topics that it listens to.
        help: What a person must know to use it.
        reverse: Whether a car shall go backwards.
    """

    class Config(Schema):
        """Options."""

    moves: ClassVar[bool] = True
    sources: tuple[Source, ...] = ()
    help: str = ""
    reverse: bool = False

    def __init__(self, config: Schema, contract: Contract) -> None:
        self.config = config
        self.contract = contract
        self._heard_s: float | None = None
        self._keys: list[EpisodeKey] = []
        self._lines: list[str] = []

    def open(self) -> None:
        """Take hold of what events are read from.

        Raises:
            AfilError: When it is not there.
        """

    def close(self) -> None:
        """Give it back as it was; also called when :meth:`open` was not."""

    def poll(self, now_s: float) -> None:
        """Take the events that came since the last call; does not wait.

        Args:
            now_s: Monotonic wall time, s.
        """

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take a message of one of the :attr:`sources`.

        Args:
            topic: The topic, as the source names it.
            cdr: The message.
            now_s: Monotonic wall time, s.

        Raises:
            AfilError: When it is malformed.
        """

    @abstractmethod
    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """What the newest events ask for in one control period.

        Args:
            now_s: Monotonic wall time, s.
            period_s: Control period, s.

        Returns:
            An action of the contract, float64 [D], in its units; None for nothing.
        """

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """Take what somebody else commanded last as what lasts, e.g. the state of a gripper.

        Args:
            command: The command.
            value: What was commanded.
        """

    def show(self, text: str) -> None:
        """Show a line in place, where there is a terminal."""

    def ring(self, times: int) -> None:
        """Ring the terminal's bell, where there is one."""

    def reset(self) -> None:
        """Forget what lasts, as the state of a gripper: the robot stands elsewhere now."""

    def act(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """What is asked of the robot now; see :meth:`step`.

        Returns:
            None as well when no event came for 0.2 s, whatever the device thinks, or when it
            cannot tell: it says why, and is let go until its next event.
        """
        if self._heard_s is None or now_s - self._heard_s >= SILENCE_S:
            return None
        try:
            return self.step(now_s, period_s)
        except AfilError as error:
            self._heard_s = None
            self.say(str(error))
            return None

    def heard(self, now_s: float) -> None:
        """An event came that is meant for the robot."""
        self._heard_s = now_s

    def ask(self, key: EpisodeKey) -> None:
        """A person asks something of the recorder."""
        self._keys.append(key)

    def say(self, line: str) -> None:
        """Tell the person something."""
        self._lines.append(line)

    def take_keys(self) -> list[EpisodeKey]:
        """What was asked of the recorder since the last call."""
        keys, self._keys = self._keys, []
        return keys

    def take_lines(self) -> list[str]:
        """What there is to tell since the last call."""
        lines, self._lines = self._lines, []
        return lines
