"""What the motion keys of a keyboard mean: for an arm, and for a car."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.vehicle_control import VehicleControlAction
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_teleop.devices.motion import ArmMotion

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
# Throttle, steering (right positive), brake: a terminal repeats one key alone.
_DRIVING: dict[str, tuple[float, float, float]] = {
    "i": (1, 0, 0),
    "u": (1, -1, 0),
    "o": (1, 1, 0),
    "j": (0, -1, 0),
    "l": (0, 1, 0),
    "k": (0, 0, 1),
    " ": (0, 0, 1),
}


# Longer than a terminal waits before it repeats a held key.
_REPEATS_S = 0.7


class KeyMap(Protocol):
    """Motion keys of one kind of robot."""

    help: str
    reverse: bool

    def press(self, key: str, now_s: float) -> bool:
        """Take a key; whether it means something to the robot."""

    def action(self, now_s: float, period_s: float, factor: float) -> NDArray[np.float64]:
        """The action of one control period."""

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """Take what somebody else commanded last."""

    def reset(self) -> None:
        """Begin anew."""


class Held:
    """Tells a key that is held from one that is pressed again.

    A terminal repeats the key that is held, first after 0.25 to 0.6 s, then 20 to 40 times a
    second: what changes between two states must not take that for a press.
    """

    def __init__(self) -> None:
        self._last = ("", 0.0)

    def repeats(self, key: str, now_s: float) -> bool:
        """Take a key, any key; whether it is still the one of before."""
        (before, then_s), self._last = self._last, (key, now_s)
        return key == before and now_s - then_s < _REPEATS_S


class ArmKeys:
    """Keys that move an end effector and its gripper.

    Args:
        contract: Contract of the robot.
        linear_m_s: Speed of a held key, m/s.
        angular_rad_s: Speed of a held key, rad/s.
        hold_s: How long one key press lasts, s.
    """

    help = """\
  move (base frame)      turn                    gripper, speed
  i / k  forward, back   I / K  pitch            space  open, close
  j / l  left, right     J / L  roll             + / -  speed
  u / o  up, down        U / O  yaw"""
    reverse = False

    def __init__(
        self, contract: Contract, linear_m_s: float, angular_rad_s: float, hold_s: float
    ) -> None:
        self._arm = ArmMotion(contract, "keyboard")
        self._scale = np.repeat([linear_m_s, angular_rad_s], 3)
        self._hold_s = hold_s
        self._twist: NDArray[np.float64] = np.zeros(6)
        self._until_s = 0.0
        self._before = Held()

    def press(self, key: str, now_s: float) -> bool:
        """Move for a while, or open and close the gripper."""
        repeats = self._before.repeats(key, now_s)
        if key in _MOTIONS:
            self._twist = np.array(_MOTIONS[key], dtype=np.float64) * self._scale
            self._until_s = now_s + self._hold_s
        elif key == " " and not repeats:
            self._arm.toggle()
        return key == " " or key in _MOTIONS

    def action(self, now_s: float, period_s: float, factor: float) -> NDArray[np.float64]:
        """The step of the held key, and the gripper's width."""
        twist = self._twist * factor if now_s < self._until_s else np.zeros(6)
        return self._arm.action(twist, period_s)

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """The gripper stays as it is."""
        self._arm.adopt(command, value)

    def reset(self) -> None:
        """The hand is open again."""
        self._arm.is_open = True


class CarKeys:
    """Keys that drive a car: what is held counts, and steering comes and goes by and by.

    Args:
        throttle: That of a held key, 0 to 1.
        steer_per_s: How fast the steering turns, of full per second.
        hold_s: How long one key press lasts, s.
    """

    help = """\
  drive                                          others
  i      forward         j / l  steer only       + / -  throttle
  u / o  forward, left and right                 v      forward, reverse
  k, space  brake"""

    def __init__(self, throttle: float, steer_per_s: float, hold_s: float) -> None:
        self._throttle = throttle
        self._steer_per_s = steer_per_s
        self._hold_s = hold_s
        self._held: tuple[float, float, float] = (0, 0, 0)
        self._until_s = 0.0
        self._steer = 0.0
        self._before = Held()
        self.reverse = False

    def press(self, key: str, now_s: float) -> bool:
        """Drive for a while, or change the direction."""
        repeats = self._before.repeats(key, now_s)
        if key in _DRIVING:
            self._held = _DRIVING[key]
            self._until_s = now_s + self._hold_s
        elif key == "v" and not repeats:
            self.reverse = not self.reverse
        return key in _DRIVING

    def action(self, now_s: float, period_s: float, factor: float) -> NDArray[np.float64]:
        """Throttle, steering and brake."""
        throttle, wanted, brake = self._held if now_s < self._until_s else (0.0, 0.0, 0.0)
        most = self._steer_per_s * period_s
        self._steer += float(np.clip(wanted - self._steer, -most, most))
        return np.array([throttle * min(self._throttle * factor, 1.0), self._steer, brake])

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """Nothing lasts."""

    def reset(self) -> None:
        """Wheels straight, forward."""
        self._steer, self.reverse = 0.0, False


def drives_a_car(contract: Contract) -> bool:
    """Whether a contract's action is that of a car."""
    return isinstance(contract.action, VehicleControlAction)
