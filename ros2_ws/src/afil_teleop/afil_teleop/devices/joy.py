"""``sensor_msgs/msg/Joy``: axes, presses of buttons, and what buttons mean for episodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.schema import nearest
from afil_teleop.devices.base import EpisodeKey

JOY_TYPE = "sensor_msgs/msg/Joy"


@dataclass(frozen=True)
class Joy:
    """One message.

    Attributes:
        topic: Where it came, for sentences.
        axes: Values, most in [-1, 1].
        buttons: Whether each is pressed.
    """

    topic: str
    axes: tuple[float, ...] = ()
    buttons: tuple[bool, ...] = ()

    @staticmethod
    def decode(topic: str, cdr: bytes) -> Joy:
        """Read a message.

        Raises:
            AfilError: When it is none.
        """
        message = messages.deserialize(cdr, JOY_TYPE)
        axes = tuple(float(value) for value in message.axes)
        return Joy(topic, axes, tuple(bool(value) for value in message.buttons))

    def axis(self, index: int, name: str, deadzone: float = 0.0) -> float:
        """An axis; 0 where the index is negative, or the value is within the dead zone.

        Raises:
            AfilError: When the pad has no such axis, or its value is not finite.
        """
        if index < 0:
            return 0.0
        if index >= len(self.axes):
            raise AfilError(
                f"{name} is {index}, and {self.topic} has {len(self.axes)} axes; correct the "
                f"device's options"
            )
        value = self.axes[index]
        if not -1e3 < value < 1e3:
            raise AfilError(f"axis {index} of {self.topic} is {value}; check the device")
        return 0.0 if abs(value) < deadzone else max(-1.0, min(1.0, value))

    def is_pressed(self, index: int, name: str) -> bool:
        """Whether a button is pressed; no, where the index is negative.

        Raises:
            AfilError: When the pad has no such button.
        """
        if index < 0:
            return False
        if index >= len(self.buttons):
            raise AfilError(
                f"{name} is {index}, and {self.topic} has {len(self.buttons)} buttons; correct "
                f"the device's options"
            )
        return self.buttons[index]


class Presses:
    """Which buttons went down: each press counts once, whatever repeats the message.

    Args:
        meanings: Number of the button by what it means, a value of :class:`EpisodeKey`; a
            negative number for none.

    Raises:
        AfilError: When a meaning is none.
    """

    def __init__(self, meanings: Mapping[str, int]) -> None:
        known = {key.value: key for key in EpisodeKey}
        for name in meanings:
            if name not in known:
                raise AfilError(
                    f"buttons names '{name}'; {nearest(name, known)}known: {', '.join(known)}"
                )
        self._meanings = {known[name]: index for name, index in meanings.items()}
        self._down: dict[str, bool] = {}

    def keys(self, joy: Joy) -> list[EpisodeKey]:
        """Episode keys that were pressed.

        Raises:
            AfilError: When the pad lacks one of the buttons.
        """
        return [
            key
            for key, index in self._meanings.items()
            if self.pressed(joy, index, f"buttons.{key.value}")
        ]

    def pressed(self, joy: Joy, index: int, name: str) -> bool:
        """Whether a button went down with this message.

        A button that is held when the first message comes was not pressed.
        """
        now = joy.is_pressed(index, name)
        before = self._down.get(name, True)
        self._down[name] = now
        return now and not before
