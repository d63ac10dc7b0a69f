"""What a world is: a place with a robot's body in it, and time that goes on in steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_core.topics import Qos
from afil_sim.bodies import Body


class World(ABC):
    """A simulated place; tasks are set in it, and it knows none of them.

    Args:
        config: Settings, an instance of :attr:`Config`.
        contract: The contract of the robot that is in it.
    """

    Config: ClassVar[type[Schema]] = Schema

    def __init__(self, config: Schema, contract: Contract) -> None:
        del config
        self.contract = contract

    @property
    @abstractmethod
    def body(self) -> Body:
        """The robot."""

    @abstractmethod
    def advance(self) -> None:
        """Let one control period go by."""

    @property
    def topics(self) -> Mapping[str, tuple[str, Qos]]:
        """Topics that it has beside the contract's: type and the quality of service offered."""
        return {}

    def tick(self) -> list[tuple[str, bytes]]:
        """What it says on :attr:`topics` at the begin of a frame, before the frame's time."""
        return []

    def messages(self, stamp_ns: int) -> list[tuple[str, bytes]]:
        """What it says on :attr:`topics` in the frame of a stamp: topic and CDR bytes."""
        del stamp_ns
        return []

    @property
    def inputs(self) -> Mapping[str, tuple[str, Qos]]:
        """Topics that it hears beside the contract's commands: type and quality of service."""
        return {}

    def hear(self, topic: str, cdr: bytes) -> bool:
        """Take a message of one of :attr:`inputs`.

        Returns:
            Whether it answers the frame, as the contract's commands do.

        Raises:
            AfilError: When the bytes are something else.
        """
        del topic, cdr
        return False

    def heeds(self, command: Command) -> bool:
        """Whether it obeys a command of the contract now."""
        del command
        return True

    @property
    def services(self) -> Mapping[str, tuple[str, Callable[[Any, Any], Any]]]:
        """Services that it offers: type, and what fills a blank response in for a request."""
        return {}

    def close(self) -> None:
        """Free what it holds."""
