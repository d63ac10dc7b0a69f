"""Devices drive the simulated car in its town, through real processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rosidl_runtime_py.utilities import get_message
from sensor_msgs.msg import Joy
from std_srvs.srv import Trigger

from afil_core.episodes import Episode, list_episodes

CAR = "/carla/ego_vehicle"
ENABLE = 4


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


@pytest.fixture
def pad(processes: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pad]:
    """A gamepad in the domain of the processes."""
    for name, value in processes.environment().items():
        monkeypatch.setenv(name, value)
    context = Context()
    rclpy.init(context=context)
    made = Pad(context)
    yield made
    made.close()
    rclpy.shutdown(context=context)


def launch(processes: Any, demos: Path, *arguments: str) -> Any:
    """A recorder with its simulated world."""
    command = ["ros2", "launch", "afil_teleop", "record.launch.py", "sim:=true", "keys:=none"]
    started = processes.Process([*command, f"dataset:={demos}", *arguments])
    started.wait_for("recording to", 90)
    return started


def labels(episode: Episode) -> Any:
    """Throttle, steering and brake of each step."""
    return np.array([step.action for step in episode.steps()])


def test_keys_and_a_gamepad_drive_the_simulated_car(processes, pad, tmp_path):
    demos = tmp_path / "demos"
    world = launch(processes, demos, "robot:=carla", "source:=external", "operator:=somebody")
    teleop = ["ros2", "run", "afil_teleop", "teleop_node", "--ros-args", "-p", "robot:=carla"]
    try:
        keys = processes.Person([*teleop, "-p", "device:=keyboard"], processes.environment())
        keys.see("forward, left and right", 60)
        pad.ask("start", "recording episode_000000")
        pad.until(lambda: keys.press("i"), throttle=0.4)
        keys.press("i", times=20)
        pad.until(lambda: keys.press("o"), steer=0.3)
        pad.until(lambda: keys.press("k"), brake=0.9)
        assert "as a success" in pad.ask("save")
        keys.stop()
        other = processes.Process([*teleop, "-p", "device:=gamepad"])
        other.wait_for("drives", 60)
        pad.ask("start", "recording episode_000001")
        pad.hold(ENABLE, a5=-1.0)
        pad.until(throttle=0.9)
        time.sleep(0.5)
        pad.hold(ENABLE, a5=-0.5, a0=-0.6)
        pad.until(steer=0.5)
        pad.hold(ENABLE, a2=-1.0, a5=1.0)
        pad.until(brake=0.9)
        assert "as a success" in pad.ask("save")
        other.stop()
        assert "over" in pad.ask("quit")
        assert world.wait(30).code == 0
    finally:
        world.stop()
    typed, held = list_episodes(demos)
    for episode, most, steering in ((typed, 0.5, 0.3), (held, 1.0, 0.5)):
        throttle, steer, brake = labels(episode).T
        assert throttle.max() == pytest.approx(most), "as the device was held"
        assert steer.max() > steering, "right is positive"
        assert brake.max() == 1.0 and not (throttle * brake).any()
        speed = [float(step.observations["speed"][0]) for step in episode.steps()]
        assert max(speed) > 0.3, "the car moved"
