"""Keys to the motion of an arm: which key moves what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_teleop.devices.base import SILENCE_S, Device, EpisodeKey
from afil_teleop.devices.terminal import Terminal

# Unit twists in the base frame: x forward, y left, z up; rotations about the same axes.
_MOTIONS: dict[str, tuple[float, float, float, float, float, float]] = {
    "i": (1, 0, 0, 0, 0, 0),
    "k": (-1, 0, 0, 0, 0, 0),
    "j": (0, 1, 0, 0, 0, 0),
    "l": (0, -1, 0, 0, 0, 0),
    "u": (0, 0, 1, 0, 0, 0),
    "o": (0, 0, -1, 0, 0, 0),
    "I": (0, 0, 0, 0, 1, 0),
    "K": (0, 0, 0, 0, -1, 0),
    "J": (0, 0, 0, -1, 0, 0),
    "L": (0, 0, 0, 1, 0, 0),
    "U": (0, 0, 0, 0, 0, 1),
    "O": (0, 0, 0, 0, 0, -1),
}
_REQUESTS = {
    "r": EpisodeKey.START,
    "s": EpisodeKey.SAVE,
    "f": EpisodeKey.SAVE_FAILURE,
    "d": EpisodeKey.DISCARD,
    "q": EpisodeKey.QUIT,
}
_SPEED_FACTOR = 1.25


class Keyboard(Device):
    """The keys of the terminal, for arms whose action is a step of the end effector.

    A terminal tells no release: a key moves for ``hold_s``, and its repetition, which comes every
    30 to 50 ms, moves on.
    """

    class Config(Schema):
        """Options.

        Attributes:
            linear_m_s: Speed of a held key, m/s.
            angular_rad_s: Speed of a held key, rad/s.
            hold_s: How long one key press lasts, s.
        """

        linear_m_s: float = Field(0.1, gt=0)
        angular_rad_s: float = Field(0.5, gt=0)
        hold_s: float = Field(0.15, gt=0, le=SILENCE_S)

    help = """\
  move (base frame)      turn                    gripper, speed       episode
  i / k  forward, back   I / K  pitch            space  open, close   r  start
  j / l  left, right     J / L  roll             + / -  speed         s  save as success
  u / o  up, down        U / O  yaw              h      this help     f  save as failure
                                                                      d  discard   q  quit"""

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        if not isinstance(contract.action, EndEffectorDelta):
            raise AfilError(
                f"the keyboard drives arms by steps of their end effector, which the contract "
                f"'{contract.robot}' does not have; record with another source:="
            )
        self._speed = config
        gripper = contract.action.gripper_command
        self._widths_m = (gripper.minimum_m, gripper.maximum_m)
        self._factor = 1.0
        self._gripper_open = True
        self._twist: NDArray[np.float64] = np.zeros(6)
        self._until_s = 0.0
        self._terminal: Terminal | None = None

    @property
    def factor(self) -> float:
        """Speed relative to the one at the start."""
        return self._factor

    def open(self) -> None:
        """Take keys from the controlling terminal, which a launch leaves alone."""
        self._terminal = Terminal(Path("/dev/tty"))

    def close(self) -> None:
        """Give the terminal back."""
        if self._terminal is not None:
            self._terminal.close()

    def poll(self, now_s: float) -> None:
        """Take the keys pressed since the last call."""
        for key in self._terminal.read() if self._terminal is not None else "":
            self.press(key, now_s)

    def press(self, key: str, now_s: float) -> None:
        """Take a key press.

        Args:
            key: One character.
            now_s: Monotonic wall time, s.
        """
        self.heard(now_s)
        if key in _MOTIONS:
            scale = np.repeat([self._speed.linear_m_s, self._speed.angular_rad_s], 3)
            self._twist = np.array(_MOTIONS[key], dtype=np.float64) * scale
            self._until_s = now_s + self._speed.hold_s
        elif key == " ":
            self._gripper_open = not self._gripper_open
        elif key == "+":
            self._factor = min(self._factor * _SPEED_FACTOR, 4.0)
        elif key == "-":
            self._factor = max(self._factor / _SPEED_FACTOR, 0.1)
        elif key == "h":
            self.say(self.help)
        elif key in _REQUESTS:
            self.ask(_REQUESTS[key])

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """The step of the held key, and the gripper's width."""
        moves = now_s < self._until_s
        delta = self._twist * self._factor * period_s if moves else np.zeros(6)
        return np.append(delta, self._widths_m[self._gripper_open])

    def reset(self) -> None:
        """The hand is open again."""
        self._gripper_open = True
