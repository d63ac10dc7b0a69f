"""What the world's expert would command now, told once per frame to whoever demonstrates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import numpy as np

from afil_core.codecs import decode_string, encode_string
from afil_core.errors import AfilError
from afil_core.topics import Qos
from afil_sim.bodies import Vector

TOPIC: Final = "/world/demonstration"
TYPE: Final = "std_msgs/msg/String"
QOS: Final = Qos()


@dataclass(frozen=True)
class Demonstration:
    """The expert's commands for one frame.

    Attributes:
        stamp_ns: Stamp of the frame.
        commands: Values of the contract's commands by name.
    """

    stamp_ns: int
    commands: dict[str, Vector]

    def encode(self) -> bytes:
        """The message."""
        plain = {name: value.tolist() for name, value in self.commands.items()}
        return encode_string(json.dumps({"stamp_ns": self.stamp_ns, "commands": plain}))

    @staticmethod
    def decode(cdr: bytes) -> Demonstration:
        """What :meth:`encode` wrote.

        Raises:
            AfilError: When it is something else.
        """
        text = decode_string(cdr)
        try:
            data = json.loads(text)
            commands = {name: np.array(value) for name, value in data["commands"].items()}
            return Demonstration(int(data["stamp_ns"]), commands)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise AfilError(f"topic {TOPIC} has no demonstration: {text!r}") from error
