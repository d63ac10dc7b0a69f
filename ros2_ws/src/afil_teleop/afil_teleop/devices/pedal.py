"""Device ``pedal``: foot pedals or a box of buttons for the episodes, on a ``Joy`` topic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_core.topics import Qos, TopicName
from afil_teleop.devices.base import Device, Source
from afil_teleop.devices.joy import JOY_TYPE, Joy, Presses


class Pedal(Device):
    """Buttons that mean episodes and move nothing."""

    moves = False

    class Config(Schema):
        """Options.

        Attributes:
            topic: Where the pedals publish.
            buttons: Button for each episode command.
        """

        topic: TopicName = "pedal/joy"
        buttons: dict[str, int] = {"advance": 0, "discard": 1, "rerecord": 2}

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        self._presses = Presses(config.buttons)
        self.sources = (Source(config.topic, JOY_TYPE, Qos(reliability="best_effort", depth=5)),)
        keys = ", ".join(f"{name} {index}" for name, index in config.buttons.items())
        self.help = f"  pedals: {keys}"

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take the state of the pedals."""
        del now_s
        for key in self._presses.keys(Joy.decode(topic, cdr)):
            self.ask(key)

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """Nothing."""
        del now_s, period_s
        return None
