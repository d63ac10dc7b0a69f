"""What the world's expert would command now, told once per frame to whoever demonstrates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from afil_core import messages
from afil_core.topics import Qos
from afil_sim.bodies import Vector

TOPIC: Final = "world/demonstration"
TYPE: Final = "afil_interfaces/msg/Demonstration"
QOS: Final = Qos()
_VALUES: Final = "afil_interfaces/msg/CommandValues"


@dataclass(frozen=True)
class Demonstration:
    """The expert's commands for one frame; on the wire ``afil_interfaces/msg/Demonstration``.

    Attributes:
        stamp_ns: Stamp of the frame.
        commands: Values of the contract's commands by name.
    """

    stamp_ns: int
    commands: dict[str, Vector]

    def encode(self) -> bytes:
        """The demonstration as CDR bytes."""
        commands = [
            messages.new(_VALUES, name=name, values=np.asarray(values, dtype=np.float64))
            for name, values in self.commands.items()
        ]
        header = messages.header(self.stamp_ns, "")
        return messages.serialize(messages.new(TYPE, header=header, commands=commands))

    @staticmethod
    def decode(cdr: bytes) -> Demonstration:
        """Read what :meth:`encode` wrote.

        Raises:
            AfilError: When the bytes are something else.
        """
        message = messages.deserialize(cdr, TYPE)
        stamp_ns = messages.stamp_to_ns(message.header.stamp)
        return Demonstration(stamp_ns, {c.name: np.array(c.values) for c in message.commands})
