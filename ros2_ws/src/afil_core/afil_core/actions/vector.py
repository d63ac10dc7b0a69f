"""Numbers of no particular unit, as a foreign simulator's actions are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.base import Action, ActionConfig, Dimension
from afil_core.actions.series import CommandSeries
from afil_core.commands.vector import VectorCommand
from afil_core.errors import AfilError


class VectorAction(Action):
    """The numbers of a command of kind ``vector``, within their limits: [N]."""

    class Config(ActionConfig):
        """Options.

        Attributes:
            minimum: Least value of each number.
            maximum: Greatest value of each number.
            binary: Names of numbers that are one end of their range or the other.
            rest: What stands still, one number each; the middle of the range where left out.
        """

        minimum: tuple[float, ...]
        maximum: tuple[float, ...]
        binary: tuple[str, ...] = ()
        rest: tuple[float, ...] | None = None

    def set_up(self) -> None:
        """One range for each number, and where each of them rests."""
        config = self.config
        assert isinstance(config, self.Config)
        vector = self.command(VectorCommand)
        assert isinstance(vector, VectorCommand)
        self.vector_command = vector
        self._binary = config.binary
        self.low, self.high = np.array(config.minimum), np.array(config.maximum)
        middle = tuple((self.low + self.high) / 2) if config.rest is None else config.rest
        self.rest = np.array(middle, dtype=np.float64)
        if not self.low.shape == self.high.shape == self.rest.shape == (vector.size,):
            raise AfilError(
                f"action.minimum, .maximum and .rest must have one number for each of the "
                f"{vector.size} names of commands.{vector.name}"
            )
        if not (self.low < self.high).all():
            raise AfilError("action.minimum must be below action.maximum in every number")
        strange = [name for name in config.binary if name not in vector.names]
        if strange:
            raise AfilError(
                f"action.binary names '{strange[0]}', but commands.{vector.name} has "
                f"{', '.join(vector.names)}"
            )

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The numbers by their names."""
        return tuple(
            Dimension(name, "", low, high, "binary" if name in self._binary else "continuous")
            for name, low, high in zip(
                self.vector_command.names, self.low.tolist(), self.high.tolist(), strict=True
            )
        )

    def label(
        self,
        series: Mapping[str, CommandSeries],
        tick_ns: int,
        next_tick_ns: int,
        observations: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64] | None:
        """The last command before the next tick: it holds until there is another."""
        del tick_ns, observations
        return series[self.vector_command.name].before(next_tick_ns)
