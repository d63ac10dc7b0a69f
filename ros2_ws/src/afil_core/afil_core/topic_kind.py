"""What the kind of a topic is: the messages of one topic of a contract as arrays, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicConfig, resolve


@dataclass(frozen=True)
class Decoded:
    """A decoded message.

    Attributes:
        stamp_ns: Header stamp; None for types without a header.
        value: The array that the kind promises.
    """

    stamp_ns: int | None
    value: NDArray[Any]


class KindConfig(TopicConfig):
    """What a contract says of every topic that has a kind.

    Attributes:
        kind: Name in the registry of kinds.
        frame: Frame that the messages must bear; empty where any will do.
    """

    kind: str
    frame: str = ""


class TopicKind(ABC):
    """One topic of a robot and what its messages mean.

    A subclass says in :meth:`value` and :meth:`message` what they mean, in :meth:`check` what is
    right, and in ``types`` which message types it knows.

    Args:
        config: The topic's part of the contract.
        name: Its key in the contract.
        namespace: Namespace that relative topic names are resolved in.

    Raises:
        AfilError: When the configuration makes no sense for the kind.
    """

    section: ClassVar[str]
    """The contract's mapping that it stands in."""
    sender: ClassVar[str]
    """Who sends the messages, for sentences."""
    types: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: KindConfig, name: str, namespace: str = "") -> None:
        self.name = name
        self.kind = config.kind
        self.topic = resolve(config.topic, namespace)
        self.type = config.type
        self.qos: Qos = config.qos
        self.frame = config.frame
        self.has_header = True
        if config.type not in self.types:
            raise AfilError(
                f"{self.key}.type is {config.type}, but kind {config.kind} reads "
                f"{', '.join(self.types)}"
            )

    @property
    def key(self) -> str:
        """Place in the contract, e.g. ``observations.ee_pose``."""
        return f"{self.section}.{self.name}"

    @abstractmethod
    def value(self, message: Any) -> NDArray[Any]:
        """The array in a message, in AFIL's units (m, rad, s).

        Raises:
            AfilError: When the message is not what the contract says.
        """

    @abstractmethod
    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """The message of a value, as the robot's own software would send it.

        Raises:
            AfilError: When this can't be sent.
        """

    @abstractmethod
    def check(self, value: NDArray[Any]) -> None:
        """Hold a decoded value against the contract.

        Raises:
            AfilError: When it is not what the contract says.
        """

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
            stamp_ns = self._stamp_of(message)
            value = self.value(message)
            self.check(value)
        except AfilError as error:
            raise AfilError(f"topic {self.topic}: {error}") from error
        # Foreign bytes must cost one message, not a run.
        except Exception as error:
            raise AfilError(
                f"topic {self.topic} has a {self.type} that cannot be decoded ({error})"
            ) from error
        return Decoded(stamp_ns, value)

    def encode(self, value: NDArray[Any], stamp_ns: int) -> bytes:
        """CDR bytes of a value."""
        return messages.serialize(self.message(value, stamp_ns))

    def _stamp_of(self, message: Any) -> int | None:
        header = getattr(message, "header", None)
        if header is None:
            return None
        if self.frame and header.frame_id.lstrip("/") != self.frame.lstrip("/"):
            raise AfilError(
                f"a message is in frame '{header.frame_id}', but the contract says "
                f"'{self.frame}' ({self.key}.frame); correct the {self.sender} or the contract"
            )
        return messages.stamp_to_ns(header.stamp)
