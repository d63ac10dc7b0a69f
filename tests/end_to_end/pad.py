"""A gamepad that is held as a person would, and a hand on the recorder's services."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rosidl_runtime_py.utilities import get_message
from sensor_msgs.msg import Joy
from std_srvs.srv import Trigger

CAR = "/carla/ego_vehicle"


class Pad:
    """A gamepad that repeats itself at 20 Hz, and a hand on the recorder's services."""

    def __init__(self, context: Context) -> None:
        self._node = rclpy.create_node("pad", context=context)
        self._output = self._node.create_publisher(Joy, "joy", 5)
        self._axes, self._buttons = [0.0] * 8, [0] * 11
        self._node.create_timer(0.05, self._send)
        self._applied: dict[str, float] = {}
        kind, topic = get_message("carla_msgs/msg/CarlaEgoVehicleStatus"), f"{CAR}/vehicle_status"
        self._node.create_subscription(kind, topic, self._car, 10)
        self._turns = SingleThreadedExecutor(context=context)
        self._turns.add_node(self._node)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

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
        client = self._node.create_client(Trigger, f"/record_node/{name}")
        deadline = time.monotonic() + 60
        while True:
            answer: Any = None
            if client.wait_for_service(timeout_sec=5.0):
                future = client.call_async(Trigger.Request())
                patience = time.monotonic() + 10
                while not future.done() and time.monotonic() < patience:
                    time.sleep(0.02)
                answer = future.result()
            if answer is not None and until in answer.message:
                return str(answer.message)
            assert time.monotonic() < deadline, answer
            time.sleep(0.3)

    def close(self) -> None:
        """Let go."""
        self._over.set()
        self._thread.join()
        self._node.destroy_node()

    def _car(self, status: Any) -> None:
        control = status.control
        names = ("throttle", "steer", "brake")
        self._applied = {name: getattr(control, name) for name in names}

    def _send(self) -> None:
        self._output.publish(Joy(axes=self._axes, buttons=self._buttons))

    def _spin(self) -> None:
        while not self._over.is_set():
            self._turns.spin_once(timeout_sec=0.1)
