"""Messages as pads and mice send them."""

import numpy as np
import pytest

from afil_core import messages


@pytest.fixture
def joy():
    """Function (axes by index, pressed buttons) -> CDR of a Joy with 8 axes and 11 buttons."""

    def make(axes=None, buttons=(), sizes=(8, 11)):
        values = np.zeros(sizes[0], np.float32)
        for index, value in (axes or {}).items():
            values[index] = value
        pressed = np.array([index in buttons for index in range(sizes[1])], np.int32)
        message = messages.new("sensor_msgs/msg/Joy", axes=values, buttons=pressed)
        return messages.serialize(message)

    return make


@pytest.fixture
def twist():
    """Function (linear, angular) -> CDR of a Twist."""

    def make(linear=(0, 0, 0), angular=(0, 0, 0)):
        vectors = [
            messages.new("geometry_msgs/msg/Vector3", x=float(v[0]), y=float(v[1]), z=float(v[2]))
            for v in (linear, angular)
        ]
        return messages.serialize(
            messages.new("geometry_msgs/msg/Twist", linear=vectors[0], angular=vectors[1])
        )

    return make
