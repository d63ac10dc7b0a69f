"""Device ``keyboard``: an arm or a car, and the episodes, by the keys of the terminal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_teleop.devices.base import SILENCE_S
from afil_teleop.devices.key_maps import ArmKeys, CarKeys, KeyMap, drives_a_car
from afil_teleop.devices.keys import HELP, TerminalDevice

_SPEED_FACTOR = 1.25


class Keyboard(TerminalDevice):
    """The keys of the terminal, for arms whose action is a step of the end effector and for cars.

    A terminal tells no release: a key moves for ``hold_s``, and its repetition, which comes every
    30 to 50 ms, moves on.
    """

    class Config(Schema):
        """Options.

        Attributes:
            linear_m_s: Speed of a held key of an arm, m/s.
            angular_rad_s: Speed of a held key of an arm, rad/s.
            throttle: Throttle of a held key of a car, 0 to 1.
            steer_per_s: How fast a car's steering turns, of full per second.
            hold_s: How long one key press lasts, s.
        """

        linear_m_s: float = Field(0.1, gt=0)
        angular_rad_s: float = Field(0.5, gt=0)
        throttle: float = Field(0.5, gt=0, le=1)
        steer_per_s: float = Field(1.5, gt=0)
        hold_s: float = Field(0.15, gt=0, le=SILENCE_S)

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        given = config
        self._map: KeyMap = (
            CarKeys(given.throttle, given.steer_per_s, given.hold_s)
            if drives_a_car(contract)
            else ArmKeys(contract, given.linear_m_s, given.angular_rad_s, given.hold_s)
        )
        self.help = f"{self._map.help}\n{HELP}"
        self._factor = 1.0

    @property
    def factor(self) -> float:
        """Speed relative to the one at the start."""
        return self._factor

    def press(self, key: str, now_s: float) -> None:
        """Take a key press; the episode keys do not move the robot.

        Args:
            key: One character.
            now_s: Monotonic wall time, s.
        """
        if self._map.press(key, now_s):
            self.heard(now_s)
        elif key == "+":
            self._factor = min(self._factor * _SPEED_FACTOR, 4.0)
        elif key == "-":
            self._factor = max(self._factor / _SPEED_FACTOR, 0.1)
        else:
            super().press(key, now_s)
        self.reverse = self._map.reverse

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """What the held key asks for."""
        return self._map.action(now_s, period_s, self._factor)

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """The gripper stays as it is."""
        self._map.adopt(command, value)

    def reset(self) -> None:
        """The hand is open again, the wheels are straight."""
        self._map.reset()
        self.reverse = self._map.reverse
