"""What a guard is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import NamedTuple

from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_core.topics import Qos


class GuardTopic(NamedTuple):
    """A topic that a guard listens to: absolute name, type, and what it asks for."""

    name: str
    type: str
    qos: Qos


class Guard(ABC):
    """Says whether the policy may command, and if not, why.

    :meth:`receive` and :meth:`look` are called by the executor's thread, :meth:`verdict` by the
    command loop's: what they share is replaced as a whole.

    Args:
        config: Options.
        contract: The robot's contract.
    """

    class Config(Schema):
        """No options."""

    def __init__(self, config: Config, contract: Contract) -> None:
        self.config = config
        self.contract = contract

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """What it listens to."""
        return ()

    @property
    def recovery(self) -> tuple[str, str] | None:
        """Name and type of the action that brings the robot back; None where there is none."""
        return None

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take one message of one of :attr:`topics`.

        Args:
            topic: Absolute name of the topic.
            cdr: The serialized message.
            now_s: Steady clock.
        """

    def look(self, commanders: Mapping[str, Collection[str]]) -> None:
        """Take who else publishes on the command topics.

        Args:
            commanders: Names of the other nodes that publish on each driven topic.
        """

    @abstractmethod
    def verdict(self, now_s: float) -> str | None:
        """Why nothing may be commanded now, as a sentence; None where it may.

        Args:
            now_s: Steady clock.
        """

    def reset(self) -> None:
        """Somebody said that it may go on: let go of what happened."""
