"""Gripper commands: a number per message, in whatever unit and polarity the gripper has."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from afil_core import messages
from afil_core.commands.base import Command, CommandConfig
from afil_core.commands.joint import FLOAT_ARRAY
from afil_core.errors import AfilError
from afil_core.kinds.gripper_width import NUMBERS

# A device may send a little beyond its ends.
_SLACK = 0.02


class GripperCommand(Command):
    """A target opening: float64 [1], m.

    The number in the message goes linearly from ``closed`` (at ``minimum_m``) to ``open`` (at
    ``maximum_m``): widths, fractions, 0 to 255 and inverted grippers are settings.
    """

    class Config(CommandConfig):
        """Options.

        Attributes:
            minimum_m: Opening of the closed gripper, m.
            maximum_m: Opening of the open gripper, m.
            closed: Number that closes; that of ``minimum_m`` by default.
            open: Number that opens; that of ``maximum_m`` by default.
        """

        minimum_m: float = 0.0
        maximum_m: float
        closed: float | None = None
        open: float | None = None

        @model_validator(mode="after")
        def _check(self) -> GripperCommand.Config:
            if self.minimum_m >= self.maximum_m:
                raise ValueError("has minimum_m >= maximum_m; swap or widen them")
            if self.ends[0] == self.ends[1]:
                raise ValueError("has the same number for closed and open; correct one")
            return self

        @property
        def ends(self) -> tuple[float, float]:
            """Numbers that close and open."""
            closed = self.minimum_m if self.closed is None else self.closed
            return closed, self.maximum_m if self.open is None else self.open

    types: ClassVar[tuple[str, ...]] = (FLOAT_ARRAY, *NUMBERS)

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.minimum_m, self.maximum_m = config.minimum_m, config.maximum_m
        self._closed, self._open = config.ends
        self.has_header = False

    @property
    def size(self) -> int:
        """1."""
        return 1

    def value(self, message: Any) -> NDArray[np.float64]:
        """The width that the number means."""
        data = np.atleast_1d(np.asarray(message.data, dtype=np.float64))
        if data.size != 1:
            raise AfilError(f"a gripper command must be one number, not {data.size}")
        number = float(data[0])
        share = (number - self._closed) / (self._open - self._closed)
        if not -_SLACK <= share <= 1 + _SLACK:
            raise AfilError(
                f"a gripper command is {number:g}, outside of {self._closed:g} (closed) to "
                f"{self._open:g} (open); give the gripper's own numbers as commands.{self.name}"
                f".closed and .open in the contract"
            )
        width = self.minimum_m + share * (self.maximum_m - self.minimum_m)
        return np.array([np.clip(width, self.minimum_m, self.maximum_m)])

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """The number that means the width; the type has no stamp."""
        del stamp_ns
        share = (float(value[0]) - self.minimum_m) / (self.maximum_m - self.minimum_m)
        number = self._closed + float(np.clip(share, 0, 1)) * (self._open - self._closed)
        data = np.array([number]) if self.type == FLOAT_ARRAY else number
        return messages.new(self.type, data=data)
