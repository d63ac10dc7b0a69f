"""What a command kind is: the messages of one command topic as arrays, and back."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_core.topic_kind import KindConfig, TopicKind


class CommandConfig(KindConfig):
    """What a contract says of every command topic.

    Attributes:
        on_change: Whether it is sent only when it changes, so that a recording may hold none.
    """

    on_change: bool = False


class Command(TopicKind):
    """One command topic of a robot; a kind is a subclass.

    Args:
        config: The topic's part of the contract.
        name: Key of the command in the contract.
        namespace: Namespace that relative topic names are resolved in.

    Raises:
        AfilError: When the configuration makes no sense for the kind.
    """

    Config: ClassVar[type[CommandConfig]] = CommandConfig
    section = "commands"
    sender = "teleoperation"

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        self.config = config

    @property
    @abstractmethod
    def size(self) -> int:
        """Numbers in a value, which is float64 [size]."""

    def check(self, value: NDArray[Any]) -> None:
        """Its numbers are as many as they must be, and finite."""
        if value.shape != (self.size,):
            raise AfilError(f"a command has {value.size} numbers; it must have {self.size}")
        if not np.isfinite(value).all():
            raise AfilError(f"a command is not finite: {value.tolist()}")

    def encode(self, value: NDArray[Any], stamp_ns: int) -> bytes:
        """CDR bytes of a value.

        Raises:
            AfilError: When a number is not finite, or this command can only be read.
        """
        numbers = np.asarray(value, dtype=np.float64)
        try:
            self.check(numbers)
        except AfilError as error:
            raise AfilError(f"topic {self.topic}: {error}; nothing was sent") from error
        return super().encode(numbers, stamp_ns)
