"""What a drive is: actions that a device asks for, as commands within the contract's limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.kinds import Observation
from afil_core.schema import Schema


class Sent(NamedTuple):
    """A message to publish.

    Attributes:
        command: The topic.
        cdr: The message.
    """

    command: Command
    cdr: bytes


class Drive(ABC):
    """Turns the steps of one kind of action into commands; a kind is a subclass.

    Args:
        config: Its options.
        contract: A contract with an action of the kind.

    Attributes:
        reverse: Whether a car goes backwards.
    """

    class Config(Schema):
        """Options."""

    def __init__(self, config: Schema, contract: Contract) -> None:
        self.config = config
        self.contract = contract
        self.action = contract.require_action()
        self.reverse = False
        self._moved_ns: int | None = None

    @property
    @abstractmethod
    def commands(self) -> tuple[Command, ...]:
        """Topics that it publishes to."""

    @property
    def streams(self) -> tuple[Observation, ...]:
        """What must be measured before it may move the robot."""
        return ()

    @property
    def is_ready(self) -> bool:
        """Whether it knows where the robot is."""
        return True

    def measured(self, stream: str, value: NDArray[Any]) -> None:
        """Take the newest value of one of the :attr:`streams`, at most once a control period."""

    def follow(self, action: NDArray[np.float64], stamp_ns: int) -> list[Sent]:
        """:meth:`move`, once in a control period of the robot's own time.

        A device is asked by a wall clock, which a simulation that is slow falls behind: a step
        for each time that it is asked would be several steps in one period.

        Args:
            action: As of :meth:`move`.
            stamp_ns: Stamp of the commands.

        Raises:
            AfilError: As :meth:`move`.
        """
        moved_ns = self._moved_ns
        if moved_ns is not None and 0 <= stamp_ns - moved_ns < self.contract.period_ns // 2:
            return []
        self._moved_ns = stamp_ns
        return self.move(action, stamp_ns)

    @abstractmethod
    def move(self, action: NDArray[np.float64], stamp_ns: int) -> list[Sent]:
        """Commands for one control period, in the order in which they must be published.

        Args:
            action: float64 [D], as a device asks for; it is held within the contract's limits.
            stamp_ns: Stamp of the commands.

        Raises:
            AfilError: When a number is not finite; nothing is sent then.
        """

    @abstractmethod
    def rest(self, stamp_ns: int) -> list[Sent]:
        """Commands that keep the robot where it is, or bring it to rest."""

    def forget(self) -> None:
        """The robot stands elsewhere now: begin from what is measured."""
