"""Device ``knob``: a knob that turns the disc, and its button, on topics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_teleop.devices import Device, EpisodeKey, Source
from turntable.action import Turn

KNOB = Source("knob", "std_msgs/msg/Float64")
BUTTON = Source("knob/button", "std_msgs/msg/Bool")


class Knob(Device):
    """The knob's position, -1 to 1, is the share of the greatest rate."""

    class Config(Schema):
        """Options.

        Attributes:
            rate_rad_s: Rate at the knob's end.
        """

        rate_rad_s: float = Field(1.0, gt=0)

    sources = (KNOB, BUTTON)
    help = "turn the knob to turn the disc; the button starts an episode, and saves it"

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        if not isinstance(contract.action, Turn):
            raise AfilError(
                f"the knob turns discs, and the action of the contract '{contract.robot}' is "
                f"another; record with another source:="
            )
        self._rate = config.rate_rad_s
        self._position = 0.0
        self._recording = False

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take the knob's position, or a press of its button."""
        if topic == BUTTON.topic:
            if messages.deserialize(cdr, BUTTON.type).data:
                self.ask(EpisodeKey.SAVE if self._recording else EpisodeKey.START)
                self._recording = not self._recording
            return
        position = messages.deserialize(cdr, KNOB.type).data
        if not -1 <= position <= 1:
            raise AfilError(f"the knob is at {position:g}, outside of -1 to 1; calibrate it")
        self._position = position
        self.heard(now_s)

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64]:
        """The rate that the knob asks for."""
        del now_s, period_s
        return np.array([self._position * self._rate])
