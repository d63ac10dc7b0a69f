"""Action kind ``turn``: how fast to turn until the next tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions import Action, ActionConfig, CommandSeries, Dimension
from turntable.command import TurnRate


class Turn(Action):
    """The rate of the disc: [1], rad/s."""

    class Config(ActionConfig):
        """Options.

        Attributes:
            max_rate_rad_s: Greatest rate, to either side.
        """

        max_rate_rad_s: float = Field(gt=0)

    def set_up(self) -> None:
        """The rate's command, and its limit."""
        config = self.config
        assert isinstance(config, self.Config)
        self._max = config.max_rate_rad_s
        # Says what is missing where the contract demonstrates no turn rate.
        self.rate = self.command(TurnRate)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The rate with its limits."""
        return (Dimension("rate", "rad/s", -self._max, self._max),)

    def label(
        self,
        series: Mapping[str, CommandSeries],
        tick_ns: int,
        next_tick_ns: int,
        observations: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64] | None:
        """What was demonstrated at a tick: the last rate before the next one."""
        del tick_ns, observations
        return series[self.rate.name].before(next_tick_ns)
