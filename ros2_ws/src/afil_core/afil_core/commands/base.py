"""What a command kind is: the messages of one command topic as arrays, and back."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds.base import Decoded
from afil_core.topics import Qos, TopicConfig, resolve


class CommandConfig(TopicConfig):
    """What a contract says of every command topic.

    Attributes:
        kind: Name in the registry of command kinds.
        frame: Frame that the messages must bear; empty where any will do.
        on_change: Whether it is sent only when it changes, so that a recording may hold none.
    """

    kind: str
    frame: str = ""
    on_change: bool = False


class Command:
    """One command topic of a robot; a kind is a subclass.

    Args:
        config: The topic's part of the contract.
        name: Key of the command in the contract.
        namespace: Namespace that relative topic names are resolved in.

    Raises:
        AfilError: When the configuration makes no sense for the kind.
    """

    Config: ClassVar[type[CommandConfig]] = CommandConfig
    types: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        self.config = config
        self.name = name
        self.topic = resolve(config.topic, namespace)
        self.has_header = True
        if config.type not in self.types:
            raise AfilError(
                f"commands.{name}.type is {config.type}, but kind {config.kind} has "
                f"{', '.join(self.types)}"
            )

    @property
    def kind(self) -> str:
        """Name of the kind."""
        return self.config.kind

    @property
    def type(self) -> str:
        """ROS message type."""
        return self.config.type

    @property
    def qos(self) -> Qos:
        """What publisher and subscriber agree on."""
        return self.config.qos

    @property
    def frame(self) -> str:
        """Frame that the messages bear."""
        return self.config.frame

    @property
    def size(self) -> int:
        """Numbers in a value."""
        raise NotImplementedError

    def value(self, message: Any) -> NDArray[np.float64]:
        """The numbers in a message, float64 [size], in AFIL's units (m, rad, s).

        Raises:
            AfilError: When the message is not what the contract says.
        """
        raise NotImplementedError

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """The message of a value.

        Raises:
            AfilError: When this command can only be read.
        """
        raise NotImplementedError

    def decode(self, cdr: bytes) -> Decoded:
        """Decode one message and check it against the contract.

        Args:
            cdr: The serialized message.

        Raises:
            AfilError: When it is malformed or breaks anything that the contract states; no
                other error, whatever the bytes are.
        """
        try:
            message = messages.deserialize(cdr, self.type)
            stamp_ns = self._check_header(message)
            value = self.value(message)
            if value.shape != (self.size,):
                raise AfilError(f"a command has {value.size} numbers; it must have {self.size}")
            if not np.isfinite(value).all():
                raise AfilError(f"a command is not finite: {value.tolist()}")
        except AfilError as error:
            raise AfilError(f"topic {self.topic}: {error}") from error
        # Foreign bytes must cost one message, not a run.
        except Exception as error:
            raise AfilError(
                f"topic {self.topic} has a {self.type} that cannot be decoded ({error})"
            ) from error
        return Decoded(stamp_ns, value)

    def encode(self, value: NDArray[np.float64], stamp_ns: int) -> bytes:
        """CDR bytes of a value.

        Raises:
            AfilError: When a number is not finite, or this command can only be read.
        """
        numbers = np.asarray(value, dtype=np.float64)
        if numbers.shape != (self.size,) or not np.isfinite(numbers).all():
            raise AfilError(
                f"a command for {self.topic} must be {self.size} finite numbers, not "
                f"{numbers.tolist()}; nothing was sent"
            )
        return messages.serialize(self.message(numbers, stamp_ns))

    def _check_header(self, message: Any) -> int | None:
        header = getattr(message, "header", None)
        if header is None:
            return None
        if self.frame and header.frame_id.lstrip("/") != self.frame.lstrip("/"):
            raise AfilError(
                f"a command is in frame '{header.frame_id}', but the contract says "
                f"'{self.frame}' (commands.{self.name}.frame); correct the teleoperation or the "
                f"contract"
            )
        return messages.stamp_to_ns(header.stamp)
