"""A car's controls, and the status that says what was applied (``carla_msgs``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.commands.base import Command
from afil_core.errors import AfilError


class VehicleControl(Command):
    """Throttle [0, 1], steer [-1, 1] (right positive) and brake [0, 1]: float64 [3]."""

    types = ("carla_msgs/msg/CarlaEgoVehicleControl",)

    @property
    def size(self) -> int:
        """3."""
        return 3

    def value(self, message: Any) -> NDArray[np.float64]:
        """The three numbers; backwards they would mean something else."""
        if message.reverse:
            raise AfilError(
                "the car is driven in reverse, which throttle, steer and brake do not say; "
                "reverse between episodes"
            )
        return self.pedals(message)

    @staticmethod
    def pedals(message: Any) -> NDArray[np.float64]:
        """The three numbers in whatever gear.

        Raises:
            AfilError: When one is out of its range.
        """
        value = np.array([message.throttle, message.steer, message.brake], dtype=np.float64)
        if (abs(value) > 1.01).any() or value[0] < -0.01 or value[2] < -0.01:
            raise AfilError(
                f"a control is throttle {value[0]:g}, steer {value[1]:g}, brake {value[2]:g}; "
                f"throttle and brake must be in [0, 1], steer in [-1, 1]"
            )
        return value

    def reversing(self, value: NDArray[np.float64], stamp_ns: int) -> bytes:
        """CDR bytes of a control backwards; no action says so, and nobody learns it.

        Raises:
            AfilError: When a number is not finite.
        """
        self.check(value)
        message = self.message(value, stamp_ns)
        message.reverse = True
        return messages.serialize(message)

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """A control without hand brake, reverse or manual gear."""
        throttle, steer, brake = value.tolist()
        return messages.new(
            self.type,
            header=messages.header(stamp_ns, self.frame),
            throttle=throttle,
            steer=steer,
            brake=brake,
        )


class VehicleStatus(VehicleControl):
    """The control that the simulator applied, whoever drove; it can only be read."""

    types = ("carla_msgs/msg/CarlaEgoVehicleStatus",)

    def value(self, message: Any) -> NDArray[np.float64]:
        """The applied control."""
        return super().value(message.control)

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """Nothing: a status is the vehicle's own."""
        del value, stamp_ns
        raise AfilError(f"{self.topic} is what the vehicle says of itself; it can't be commanded")
