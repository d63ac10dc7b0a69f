"""What an observation kind is: the messages of one stream as arrays, and back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.errors import AfilError
from afil_core.topic_kind import KindConfig, TopicKind

# A sensor may read a little beyond its range: a closed gripper, a resting wheel.
_SLACK = 0.02


class StreamConfig(KindConfig):
    """What a contract says of every observation stream.

    Attributes:
        rate_hz: Nominal rate.
        max_age_s: A sample older than this at a tick makes the tick invalid.
        alignment: ``as_of`` (newest stamp not after the tick), ``hold`` (newest received) or
            ``interpolate`` (between the neighbours).
    """

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


class Observation(TopicKind):
    """One observation stream of a robot; a kind is a subclass.

    Its class attributes say whether it is a color image (``is_image``) or proprioception
    (``is_vector``), the ``unit`` and ``dtype`` of its values, and whether values between two can
    be computed (``can_interpolate``).

    Args:
        config: The stream's part of the contract.
        name: Key of the stream in the contract.
        namespace: Namespace that relative topic names are resolved in.

    Raises:
        AfilError: When the configuration makes no sense for the kind.
    """

    Config: ClassVar[type[StreamConfig]] = StreamConfig
    section = "observations"
    sender = "driver"
    unit: str = ""
    is_image: ClassVar[bool] = False
    is_vector: ClassVar[bool] = True
    can_interpolate: ClassVar[bool] = True
    dtype: ClassVar[type[np.generic]] = np.float64

    def __init__(self, config: StreamConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        self.config = config
        self.rate_hz = config.rate_hz
        self.max_age_s = config.max_age_s
        self.alignment: str = config.alignment
        self._range: Range | None = None
        if isinstance(config, NumericConfig) and (config.minimum, config.maximum) != (None, None):
            self._range = Range(config.minimum, config.maximum, self.key)
        if config.alignment == "interpolate" and not self.can_interpolate:
            raise AfilError(
                f"{self.key}.alignment cannot be interpolate for kind {config.kind}; use as_of"
            )

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Shape of a decoded value."""

    @property
    def labels(self) -> tuple[str, ...]:
        """One label for each number of :meth:`features`."""
        count = int(np.prod(self.shape))
        return ("value",) if count == 1 else tuple(str(i) for i in range(count))

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

    def check(self, value: NDArray[Any]) -> None:
        """It has the contract's shape, and its numbers are finite and in their range."""
        if value.shape != self.shape:
            raise AfilError(
                f"a value has the shape {list(value.shape)}, but the contract says "
                f"{list(self.shape)} ({self.key}); correct one of them"
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
