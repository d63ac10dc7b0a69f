"""A gamepad that is held as a person would, and a hand on the recorder's services."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from rosidl_runtime_py.utilities import get_message
from sensor_msgs.msg import Joy

CAR = "/carla/ego_vehicle"


class Pad:
    """A gamepad that repeats itself at 20 Hz, and a hand on the recorder's services.

    Args:
        peer: Module ``peer``'s, which is spun.
    """

    def __init__(self, peer: Any) -> None:
        self._peer, self._node = peer, peer.node
        self._output = self._node.create_publisher(Joy, "joy", 5)
        self._axes, self._buttons = [0.0] * 8, [0] * 11
        self._applied: dict[str, float] = {}
        self._node.create_timer(0.05, self._send)
        kind, topic = get_message("carla_msgs/msg/CarlaEgoVehicleStatus"), f"{CAR}/vehicle_status"
        self._node.create_subscription(kind, topic, self._car, 10)

    def hold(self, *buttons: int, **axes: float) -> None:
        """Hold buttons and axes from now on."""
        self._axes = [axes.get(f"a{k}", 0.0) for k in range(8)]
        self._buttons = [int(k in buttons) for k in range(11)]

    def until(self, type_in: Callable[[], None] = lambda: None, **least: float) -> None:
        """Wait until the simulator applies so much steering, throttle or brake."""
        deadline = time.monotonic() + 60
        while any(self._applied.get(name, 0.0) < value for name, value in least.items()):
            assert time.monotonic() < deadline, (least, self._applied)
            type_in()
            time.sleep(0.04)

    def until_it_comes(self, topic: str, msgtype: str) -> None:
        """Wait for a message."""
        seen = threading.Event()
        self._node.create_subscription(get_message(msgtype), topic, lambda _: seen.set(), 10)
        assert seen.wait(60), f"nothing came on {topic}"

    def ask(self, name: str, until: str = "") -> str:
        """Ask the recorder, until it answers with a text."""
        return str(self._peer.ask(f"/record_node/{name}", until))

    def _car(self, status: Any) -> None:
        control = status.control
        names = ("throttle", "steer", "brake")
        self._applied = {name: getattr(control, name) for name in names}

    def _send(self) -> None:
        self._output.publish(Joy(axes=self._axes, buttons=self._buttons))
