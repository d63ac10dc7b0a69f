"""What an observation kind is: the messages of one stream as arrays, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicConfig, resolve

# A sensor may read a little beyond its range: a closed gripper, a resting wheel.
_SLACK = 0.02


@dataclass(frozen=True)
class Decoded:
    """A decoded message.

    Attributes:
        stamp_ns: Header stamp; None for types without a header.
        value: The array that the kind promises.
    """

    stamp_ns: int | None
    value: NDArray[Any]


class StreamConfig(TopicConfig):
    """What a contract says of every observation stream.

    Attributes:
        kind: Name in the registry of kinds.
        frame: Frame that the messages must bear; empty where any will do.
        rate_hz: Nominal rate.
        max_age_s: A sample older than this at a tick makes the tick invalid.
        alignment: ``as_of`` (newest stamp not after the tick), ``hold`` (newest received) or
            ``interpolate`` (between the neighbours).
    """

    kind: str
    frame: str = ""
    rate_hz: float = Field(gt=0)
    max_age_s: float = Field(gt=0)
    alignment: Literal["as_of", "hold", "interpolate"] = "as_of"


class NumericConfig(StreamConfig):
    """What a contract says of a stream of numbers.

    Attributes:
        minimum: Least value that can be right, in the decoded unit; one for all or one each.
        maximum: Greatest value that can be right.
    """

    minimum: float | tuple[float, ...] | None = None
    maximum: float | tuple[float, ...] | None = None


class Observation:
    """One observation stream of a robot; a kind is a subclass.

    A kind says in :meth:`value` and :meth:`message` what its messages mean, and in its class
    attributes which message ``types`` it knows, whether it is a color image (``is_image``) or
    proprioception (``is_vector``), the ``unit`` and ``dtype`` of its values, and whether values
    between two can be computed (``can_interpolate``).

    Args:
        config: The stream's part of the contract.
        name: Key of the stream in the contract.
        namespace: Namespace that relative topic names are resolved in.

    Raises:
        AfilError: When the configuration makes no sense for the kind.
    """

    Config: ClassVar[type[StreamConfig]] = StreamConfig
    types: ClassVar[tuple[str, ...]] = ()
    unit: str = ""
    is_image: ClassVar[bool] = False
    is_vector: ClassVar[bool] = True
    can_interpolate: ClassVar[bool] = True
    dtype: ClassVar[type[np.generic]] = np.float64

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        self.config = config
        self.name = name
        self.topic = resolve(config.topic, namespace)
        self.has_header = True
        self._range: Range | None = None
        if isinstance(config, NumericConfig) and (config.minimum, config.maximum) != (None, None):
            self._range = Range(config.minimum, config.maximum, f"observations.{name}")
        if config.type not in self.types:
            raise AfilError(
                f"observations.{name}.type is {config.type}, but kind {config.kind} reads "
                f"{', '.join(self.types)}"
            )
        if config.alignment == "interpolate" and not self.can_interpolate:
            raise AfilError(
                f"observations.{name}.alignment cannot be interpolate for kind {config.kind}; "
                f"use as_of"
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
        """What a live subscriber asks for."""
        return self.config.qos

    @property
    def frame(self) -> str:
        """Frame that the messages bear; empty where any will do."""
        return self.config.frame

    @property
    def rate_hz(self) -> float:
        """Nominal rate."""
        return self.config.rate_hz

    @property
    def max_age_s(self) -> float:
        """Greatest age of a sample at a tick, s."""
        return self.config.max_age_s

    @property
    def alignment(self) -> str:
        """How samples are picked for a tick."""
        return self.config.alignment

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a decoded value."""
        raise NotImplementedError

    @property
    def labels(self) -> tuple[str, ...]:
        """One label for each number of :meth:`features`."""
        count = int(np.prod(self.shape))
        return ("value",) if count == 1 else tuple(str(i) for i in range(count))

    def value(self, message: Any) -> NDArray[Any]:
        """The array in a message, in AFIL's units (m, rad, s).

        Raises:
            AfilError: When the message is not what the contract says.
        """
        raise NotImplementedError

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """The message of a value: what a driver would send.

        Raises:
            AfilError: When this can't be sent in the contract's form.
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
            self._check(value)
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

    def interpolate(self, before: NDArray[Any], after: NDArray[Any], share: float) -> NDArray[Any]:
        """The value between two, ``share`` in [0, 1] of the way."""
        between: NDArray[Any] = before + share * (after - before)
        return between

    def blank(self) -> NDArray[Any]:
        """A value that says nothing, for warming up."""
        return np.zeros(self.shape, self.dtype)

    def features(self, value: NDArray[Any]) -> NDArray[np.float64]:
        """How a value that is no image enters a network, float64 [F]."""
        return np.asarray(value, dtype=np.float64).reshape(-1)

    def _check_header(self, message: Any) -> int | None:
        header = getattr(message, "header", None)
        if header is None:
            return None
        if self.frame and header.frame_id.lstrip("/") != self.frame.lstrip("/"):
            raise AfilError(
                f"a message is in frame '{header.frame_id}', but the contract says "
                f"'{self.frame}' (observations.{self.name}.frame); correct the driver or the "
                f"contract"
            )
        return messages.stamp_to_ns(header.stamp)

    def _check(self, value: NDArray[Any]) -> None:
        if value.shape != self.shape:
            raise AfilError(
                f"a value has the shape {list(value.shape)}, but the contract says "
                f"{list(self.shape)} (observations.{self.name}); correct one of them"
            )
        if value.dtype == np.uint8:
            return
        if not np.isfinite(value).all():
            raise AfilError(f"a value is not finite: {value.tolist()}")
        if self._range is not None:
            self._range.check(value)


class Range:
    """Bounds of numbers that can be right: no wrong unit, no wrong sign, no broken sensor.

    Args:
        minimum: Least value, one for all or one each; None for none.
        maximum: Greatest value.
        where: Place in the contract, for the sentence.
    """

    def __init__(
        self,
        minimum: float | Sequence[float] | None,
        maximum: float | Sequence[float] | None,
        where: str,
    ) -> None:
        self._where = where
        self._minimum = np.asarray(-np.inf if minimum is None else minimum, dtype=np.float64)
        self._maximum = np.asarray(np.inf if maximum is None else maximum, dtype=np.float64)
        span = self._maximum - self._minimum
        slack = np.where(np.isfinite(span), _SLACK * span, 1e-9)
        self._low, self._high = self._minimum - slack, self._maximum + slack

    def check(self, value: NDArray[Any]) -> None:
        """Refuse a number that lies outside by more than 2 % of the range.

        Args:
            value: float64 [N].

        Raises:
            AfilError: Naming number, bounds and key.
        """
        outside = (value < self._low) | (value > self._high)
        if not outside.any():
            return
        index = int(np.flatnonzero(outside)[0])
        low, high = (
            float(np.broadcast_to(b, value.shape).flat[index])
            for b in (self._minimum, self._maximum)
        )
        raise AfilError(
            f"a value is {float(value.flat[index]):g}, outside of [{low:g}, {high:g}] "
            f"({self._where}.minimum and .maximum); check its unit and sign"
        )
