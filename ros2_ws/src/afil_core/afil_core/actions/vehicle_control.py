"""A car's throttle, steering and brake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions.base import Action, ActionConfig, Dimension
from afil_core.actions.series import CommandSeries
from afil_core.commands.vehicle import VehicleControl

# The control that answers a frame is applied one frame later; two where one was late.
_LATEST_PERIODS = 2
# As the authors of AutoFocus-IL tell what a driver does.
_BRAKES = 0.3
_ACCELERATES = 0.5
_COASTS = 0.1
_TURNS = 0.2


class VehicleControlAction(Action):
    """Throttle [0, 1], steer [-1, 1] (right positive), brake [0, 1]: [3]."""

    class Config(ActionConfig):
        """Options.

        Attributes:
            max_throttle: Greatest throttle that may be commanded.
            max_steer: Greatest steering, to either side.
            max_steer_step: How far the steering may turn from one control to the next.
            max_throttle_step: How much the throttle may grow from one control to the next.
        """

        max_throttle: float = 1.0
        max_steer: float = 1.0
        max_steer_step: float = Field(2.0, gt=0)
        max_throttle_step: float = Field(1.0, gt=0)

    is_driving = True

    def set_up(self) -> None:
        """The car's control, and how far it may be turned up."""
        config = self.config
        assert isinstance(config, self.Config)
        self._max_throttle, self._max_steer = config.max_throttle, config.max_steer
        self.max_steer_step = config.max_steer_step
        self.max_throttle_step = config.max_throttle_step
        self.control_command = self.command(VehicleControl)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Throttle, steer, brake."""
        return (
            Dimension("throttle", "fraction", 0.0, self._max_throttle),
            Dimension("steer", "fraction", -self._max_steer, self._max_steer),
            Dimension("brake", "fraction", 0.0, 1.0),
        )

    def label(
        self,
        series: Mapping[str, CommandSeries],
        tick_ns: int,
        next_tick_ns: int,
        observations: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64] | None:
        """The first control that was applied after the tick."""
        del observations
        period_ns = next_tick_ns - tick_ns
        return series[self.control_command.name].after(
            tick_ns, tick_ns + _LATEST_PERIODS * period_ns
        )

    def doing(self, recent: NDArray[np.float64]) -> str:
        """Braking, accelerating or neither, and turning."""
        throttle, steer, brake = recent.mean(axis=0)
        if brake > _BRAKES:
            speed = "braking to stop"
        elif throttle > _ACCELERATES:
            speed = "accelerating"
        elif throttle < _COASTS:
            speed = "rolling slowly"
        else:
            speed = "cruising"
        if abs(steer) <= _TURNS:
            return f"{speed} straight ahead"
        return f"{speed} and turning {'right' if steer > 0 else 'left'}"
