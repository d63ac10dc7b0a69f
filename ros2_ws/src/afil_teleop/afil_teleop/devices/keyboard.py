"""Keys to motion: which key moves what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

HELP = """\
  move (base frame)      turn                    gripper, speed       episode
  i / k  forward, back   I / K  pitch            space  open, close   r  start
  j / l  left, right     J / L  roll             + / -  speed         s  save as success
  u / o  up, down        U / O  yaw              h      this help     f  save as failure
                                                                      d  discard   q  quit"""

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
_SPEED_FACTOR = 1.25


class EpisodeKey(Enum):
    """What a person asks of the recorder."""

    START = "r"
    SAVE = "s"
    SAVE_FAILURE = "f"
    DISCARD = "d"
    QUIT = "q"


@dataclass(frozen=True)
class KeyboardSpeed:
    """Speeds of a held key.

    Attributes:
        linear_m_s: Translation (m/s).
        angular_rad_s: Rotation (rad/s).
        hold_s: How long one key press lasts. A terminal tells no release; its key repeat comes
            every 30 to 50 ms, so that a held key moves on and a tap moves one short step.
    """

    linear_m_s: float = 0.1
    angular_rad_s: float = 0.5
    hold_s: float = 0.15


class Keyboard:
    """Keys as a twist, a gripper state and requests.

    Args:
        speed: Speeds at the start.
    """

    def __init__(self, speed: KeyboardSpeed | None = None) -> None:
        self._speed = speed or KeyboardSpeed()
        self._factor = 1.0
        self._twist: NDArray[np.float64] = np.zeros(6)
        self._until_s = 0.0
        self.gripper_open = True

    @property
    def factor(self) -> float:
        """Speed relative to the one at the start."""
        return self._factor

    def press(self, key: str, now_s: float) -> EpisodeKey | None:
        """Take a key press.

        Args:
            key: One character.
            now_s: Monotonic seconds.

        Returns:
            What the key asks of the recorder; None when it moves, or means nothing.
        """
        if key in _MOTIONS:
            scale = np.repeat([self._speed.linear_m_s, self._speed.angular_rad_s], 3)
            self._twist = np.array(_MOTIONS[key], dtype=np.float64) * scale
            self._until_s = now_s + self._speed.hold_s
        elif key == " ":
            self.gripper_open = not self.gripper_open
        elif key == "+":
            self._factor = min(self._factor * _SPEED_FACTOR, 4.0)
        elif key == "-":
            self._factor = max(self._factor / _SPEED_FACTOR, 0.1)
        elif key in {k.value for k in EpisodeKey}:
            return EpisodeKey(key)
        return None

    def twist(self, now_s: float) -> NDArray[np.float64]:
        """The twist that the keys ask for.

        Args:
            now_s: Monotonic seconds.

        Returns:
            float64 [6] in the base frame, vx vy vz (m/s), wx wy wz (rad/s); zero when no key
            was pressed lately.
        """
        if now_s >= self._until_s:
            return np.zeros(6)
        return self._twist * self._factor
